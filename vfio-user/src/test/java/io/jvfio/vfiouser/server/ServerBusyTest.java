// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.sys.MemFd;
import io.jvfio.internal.sys.UnixListener;
import io.jvfio.internal.sys.UnixSocket;
import io.jvfio.vfiouser.VfioUserDevice;
import io.jvfio.vfiouser.VfioUserLimits;
import io.jvfio.vfiouser.protocol.Capabilities;
import io.jvfio.vfiouser.protocol.Message;
import io.jvfio.vfiouser.protocol.MessageChannel;
import io.jvfio.vfiouser.protocol.Version;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Clients beside the one that a server has, and servers that take none: nobody waits for long. */
class ServerBusyTest extends ServerTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    /** A client that reads nothing of it may fill the socket by two transfers of the largest size. */
    private static final int LARGE = 1 << 17;

    private static Duration since(long start) {
        return Duration.ofNanos(System.nanoTime() - start);
    }

    @Test
    void a_second_client_is_told_within_a_second_who_has_the_device() {
        RawClient first = client();
        long start = System.nanoTime();
        assertThatThrownBy(() -> VfioUserDevice.connect(path, VfioUserLimits.defaults()))
                .isInstanceOfSatisfying(
                        VfioException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EBUSY))
                .hasMessageContaining("busy")
                .hasMessageContaining("process " + ProcessHandle.current().pid());
        assertThat(since(start)).isLessThan(SECOND);
        assertThat(first.reset()).isZero();
    }

    @Test
    void one_that_does_not_speak_our_capability_gets_the_errno_alone() throws Exception {
        RawClient first = client();
        try (RawClient second = RawClient.connect(path)) {
            new Version(0, 1, null).write(second.out, second.nextId());
            Message reply = second.exchange(List.of());
            assertThat(reply.errno()).isEqualTo(Errno.EBUSY);
            assertThat(reply.payloadSize()).isZero();
            second.awaitEnd();
        }
        assertThat(await("refused"))
                .contains("busy: pid " + ProcessHandle.current().pid());
        assertThat(first.reset()).isZero();
    }

    @Test
    void one_that_says_nothing_is_turned_away_within_a_second() {
        RawClient first = client();
        long start = System.nanoTime();
        try (RawClient second = RawClient.connect(path)) {
            second.awaitEnd();
        }
        assertThat(since(start)).isLessThan(SECOND);
        assertThat(first.reset()).isZero();
    }

    @Test
    void many_that_say_nothing_do_not_keep_the_next_from_its_answer() {
        RawClient first = client();
        for (int i = 0; i < 40; i++) {
            closing(RawClient.connect(path));
        }
        assertThatThrownBy(() -> {
                    while (true) {
                        VfioUserDevice.connect(path, VfioUserLimits.defaults()).close();
                    }
                })
                .isInstanceOf(VfioException.class);
        assertThat(first.reset()).isZero();
    }

    @Test
    void a_server_that_does_not_accept_is_given_up() {
        Path full = folder.resolve("full");
        try (UnixListener deaf = UnixListener.open(sys, full.toString(), 1)) {
            fill(full);
            long start = System.nanoTime();
            assertThatThrownBy(() -> VfioUserDevice.connect(full, VfioUserLimits.defaults()))
                    .isInstanceOfSatisfying(
                            VfioException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EAGAIN))
                    .hasMessageContaining(full.toString())
                    .hasMessageContaining("does not accept");
            assertThat(since(start)).isLessThan(SECOND.multipliedBy(2));
            assertThat(deaf.fd().isOpen()).isTrue();
        }
    }

    @Test
    void a_socket_whose_queue_is_full_is_in_use() {
        Path full = folder.resolve("full");
        try (UnixListener deaf = UnixListener.open(sys, full.toString(), 1)) {
            fill(full);
            long start = System.nanoTime();
            assertThatThrownBy(() -> VfioUserServer.listen(device, full, ServerOptions.defaults(), ServerListener.NONE))
                    .isInstanceOfSatisfying(
                            VfioException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EADDRINUSE));
            assertThat(since(start)).isLessThan(SECOND);
            assertThat(deaf.fd().isOpen()).isTrue();
        }
    }

    private void fill(Path socket) {
        try {
            while (true) {
                closing(UnixSocket.connect(sys, socket.toString(), Duration.ZERO));
            }
        } catch (VfioException full) {
            assertThat(full.errno()).isEqualTo(Errno.EAGAIN);
        }
    }

    @Test
    void a_client_that_does_not_read_its_twin_socket_is_ended() throws Exception {
        serveAgain(ServerOptions.defaults().withLimits(ServerLimits.defaults().withDma(SHORT)));
        try (RawClient client = RawClient.connect(path)) {
            Capabilities offer = Capabilities.absent().withMaxFds(4).withTwinSocket(true, -1);
            new Version(0, 1, offer).write(client.out, client.nextId());
            Descriptor fd = client.exchange(List.of()).takeFd(0);
            try (MessageChannel unread = new MessageChannel(UnixSocket.of(sys, fd), 0)) {
                MemFd source = memory(LARGE);
                assertThat(client.map(3, 0, 0, LARGE, source.fd())).isZero();
                assertThat(client.map(3, 0, 0x100_0000, LARGE)).isZero();
                client.write(0, ServedFixture.FROM, 8, 0);
                client.write(0, ServedFixture.TO, 8, 0x100_0000);
                client.write(0, ServedFixture.LENGTH, 8, LARGE);
                for (int i = 0; i < 8; i++) {
                    client.post(0, ServedFixture.GO, 8, 1);
                }
                await("lost");
                assertThat(unread.fd().isOpen()).isTrue();
            }
        }
        assertThat(client().reset()).isZero();
    }
}
