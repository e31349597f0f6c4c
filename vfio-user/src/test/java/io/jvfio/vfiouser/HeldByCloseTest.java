// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.Fd;
import io.jvfio.device.DeviceGoneException;
import io.jvfio.internal.sys.Abi;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.sys.UnixListener;
import io.jvfio.internal.sys.UnixSocket;
import io.jvfio.testkit.LingeringSocket;
import io.jvfio.vfiouser.protocol.Command;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Descriptors whose close waits, from a hostile server and in what nobody reads: whoever closes them does not wait. */
@Timeout(60)
final class HeldByCloseTest extends ClientTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    /** The first socket has the JVM open a descriptor for good. */
    @BeforeAll
    static void warmUp() {
        new LingeringSocket().close();
    }

    private static void quickly(Runnable action) {
        long start = System.nanoTime();
        action.run();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SECOND);
    }

    /** The last descriptor is that which travels. */
    private LingeringSocket lingering() {
        return closing(new LingeringSocket());
    }

    @Test
    void a_server_that_sends_them_with_its_answers_holds_up_neither_calls_nor_close() {
        VfioUserDevice device = connect();
        List<LingeringSocket> sockets = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            sockets.add(lingering());
        }
        AtomicInteger next = new AtomicInteger();
        server.script = (client, command) -> {
            if (command.commandId() != Command.REGION_READ.id()) {
                return false;
            }
            Fd bad = sockets.get(next.getAndIncrement()).fd();
            client.readWith(List.of(bad), bad::close);
            return true;
        };
        for (int i = 0; i < sockets.size(); i++) {
            quickly(() -> device.readRegister(TestServer.CONFIG, 0, 4));
        }
        quickly(device::close);
        awaitDescriptors(sockets);
    }

    @Test
    void a_server_that_sends_no_end_of_them_is_given_up() {
        VfioUserDevice device = connect();
        LingeringSocket socket = lingering();
        Fd other = closing(Descriptor.open(SYS, "/dev/null", Abi.O_RDONLY));
        List<Fd> more = Collections.nCopies(16, other);
        server.script = (client, command) -> {
            if (command.commandId() != Command.REGION_READ.id()) {
                return false;
            }
            if (socket.fd().isOpen()) {
                client.readWith(List.of(socket.fd()), socket.fd()::close);
            } else {
                client.readWith(more, () -> {});
            }
            return true;
        };
        // The first close waits, and all that follow wait for it.
        assertThat(device.readRegister(TestServer.CONFIG, 0, 4)).isNotZero();
        long start = System.nanoTime();
        assertThatThrownBy(() -> {
                    for (int answers = 0; answers < 100; answers++) {
                        device.readRegister(TestServer.CONFIG, 0, 4);
                    }
                })
                .isInstanceOf(DeviceGoneException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SECOND.multipliedBy(3));
        quickly(device::close);
        awaitDescriptors(List.of(socket));
    }

    @Test
    void a_socket_in_which_they_lie_unread_closes_at_once() {
        LingeringSocket bad = lingering();
        List<UnixSocket> pair = UnixSocket.pair(SYS);
        try (Arena arena = Arena.ofConfined()) {
            pair.get(0).send(arena.allocate(1), List.of(bad.fd()));
        }
        bad.fd().close();
        quickly(pair.get(0)::close);
        quickly(pair.get(1)::close);
        assertThat(pair.get(1).closing()).isOne();
        awaitDescriptors(List.of(bad));
    }

    @Test
    void a_listener_whose_queue_they_are_in_closes_at_once() {
        LingeringSocket bad = lingering();
        Path path = folder.resolve("queue");
        UnixListener listener = UnixListener.open(SYS, path.toString(), 4);
        try (UnixSocket peer = UnixSocket.connect(SYS, path.toString(), SECOND);
                Arena arena = Arena.ofConfined()) {
            peer.send(arena.allocate(1), List.of(bad.fd()));
        }
        bad.fd().close();
        quickly(listener::close);
        awaitDescriptors(List.of(bad));
    }

    /** Ends what the closes wait for; the test's end counts descriptors. */
    private void awaitDescriptors(List<LingeringSocket> sockets) {
        sockets.forEach(LingeringSocket::close);
        List<Thread> closers = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("jvfio-close"))
                .toList();
        for (Thread closer : closers) {
            try {
                assertThat(closer.join(Duration.ofSeconds(10))).isTrue();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    @Test
    void what_closes_at_once_is_closed_by_who_closes_it() {
        List<UnixSocket> pair = UnixSocket.pair(SYS);
        try (Arena arena = Arena.ofConfined()) {
            pair.get(0)
                    .send(arena.allocate(1), List.of(eventfd().fd(), memory(1).fd()));
            List<Descriptor> fds = new ArrayList<>();
            pair.get(1).receive(arena.allocate(1), 2, fds);
            fds.forEach(Descriptor::close);
            assertThat(pair.get(1).closing()).isZero();
        }
        pair.forEach(UnixSocket::close);
    }
}
