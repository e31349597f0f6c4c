// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.Fd;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.sys.UnixListener;
import io.jvfio.internal.sys.UnixSocket;
import io.jvfio.testkit.LingeringSocket;
import io.jvfio.vfiouser.protocol.Message;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Descriptors whose close waits, from a client: the server goes on, with this client, the next, and its own end. */
class ServerHeldByCloseTest extends ServerTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final List<LingeringSocket> sockets = new ArrayList<>();

    /** The first socket has the JVM open a descriptor for good. */
    @BeforeAll
    static void warmUp() {
        new LingeringSocket().close();
    }

    private LingeringSocket lingering() {
        LingeringSocket socket = new LingeringSocket();
        sockets.add(socket);
        return socket;
    }

    /** Ends what the closes wait for, before descriptors are counted. */
    @AfterEach
    void letGo() throws InterruptedException {
        sockets.forEach(LingeringSocket::close);
        for (Thread closer : closers()) {
            assertThat(closer.join(Duration.ofSeconds(10))).isTrue();
        }
    }

    private static void quickly(Runnable action) {
        long start = System.nanoTime();
        action.run();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SECOND);
    }

    /** A command of no kind that brings a descriptor, which the server has alone when it gets the rest. */
    private static void bring(RawClient client, Fd bad) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment header = arena.allocate(Message.HEADER, Integer.BYTES);
            header.set(ValueLayout.JAVA_SHORT, 0, (short) client.nextId());
            header.set(ValueLayout.JAVA_SHORT, 2, (short) 77);
            header.set(ValueLayout.JAVA_INT, 4, Message.HEADER);
            client.socket.send(header, 1, List.of(bad));
            bad.close();
            client.socket.send(header.asSlice(1), List.of());
            assertThat(client.receive().isError()).isTrue();
        }
    }

    @Test
    void a_client_that_brings_them_holds_up_neither_itself_nor_the_next_nor_the_end() throws Exception {
        ServedFixture other = closing(new ServedFixture());
        try (VfioUserServer second = VfioUserServer.listen(
                        other, folder.resolve("t"), ServerOptions.defaults(), ServerListener.NONE);
                RawClient neighbour = RawClient.open(folder.resolve("t"))) {
            try (RawClient client = RawClient.open(path)) {
                for (int i = 0; i < 8; i++) {
                    LingeringSocket bad = lingering();
                    quickly(() -> bring(client, bad.fd()));
                    quickly(() -> assertThat(client.reset()).isZero());
                    quickly(() -> assertThat(neighbour.reset()).isZero());
                }
            }
            await("lost");
            quickly(() -> assertThat(client().reset()).isZero());
            quickly(server::close);
            assertThat(second).isNotNull();
        }
    }

    @Test
    void nobody_reads_what_a_client_of_another_user_brings_nor_waits_for_it() throws Exception {
        server.close();
        try (UnixListener manager =
                UnixListener.open(sys, folder.resolve("passed").toString(), 4)) {
            LingeringSocket bad = lingering();
            try (UnixSocket client = UnixSocket.connect(sys, manager.fd().subject(), SECOND);
                    Arena arena = Arena.ofConfined()) {
                client.send(arena.allocate(1), List.of(bad.fd()));
            }
            bad.fd().close();
            ServerOptions options = ServerOptions.defaults().withRequiredUid(sys.geteuid() + 1);
            try (Descriptor inherited = manager.fd().duplicate()) {
                server = VfioUserServer.activated(device, inherited, options, recorder);
            }
            long start = System.nanoTime();
            await("refused");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SECOND);
            quickly(server::close);
        }
    }

    @Test
    void clients_that_leave_more_and_more_of_them_cost_a_few_threads() throws Exception {
        for (int i = 0; i < 8; i++) {
            try (RawClient client = RawClient.open(path)) {
                bring(client, lingering().fd());
            }
            await("lost");
        }
        try (RawClient next = RawClient.connect(path)) {
            assertThat(next.socket.fd().isOpen()).isTrue();
            assertThat(closers()).hasSize(8);
        }
        letGo();
        assertThat(closers()).isEmpty();
        assertThat(client().reset()).isZero();
    }

    private static List<Thread> closers() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("jvfio-close"))
                .toList();
    }

    /** Nothing but its keeper could tell its size, and may not answer. */
    @Test
    void a_file_that_is_not_in_memory_is_reached_by_messages_and_not_looked_at() throws Exception {
        RawClient client = client();
        Path file = Files.writeString(folder.resolve("disk"), "short");
        try (Descriptor disk = Descriptor.open(sys, file.toString(), 0)) {
            assertThat(client.map(3, 0, 0x1000, 0x4000, disk)).isZero();
        }
        assertThat(client.unmap(0x1000, 0x4000)).isZero();
    }
}
