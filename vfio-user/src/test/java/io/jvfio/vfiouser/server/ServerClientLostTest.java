// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.Errno;
import io.jvfio.device.RegionFile;
import io.jvfio.device.VfioPci;
import io.jvfio.internal.sys.EventFd;
import io.jvfio.internal.sys.MemFd;
import io.jvfio.vfiouser.protocol.Command;
import io.jvfio.vfiouser.protocol.DmaMapRequest;
import io.jvfio.vfiouser.protocol.Message;
import io.jvfio.vfiouser.protocol.RegionAccess;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Clients that go, stop, or are slow, and devices that are: what happens to them, and to others. */
class ServerClientLostTest extends ServerTest {

    @Test
    void the_device_is_taken_back_from_a_client_that_has_gone() throws Exception {
        try (RawClient client = RawClient.open(path)) {
            MemFd file = memory(0x4000);
            EventFd events = closing(EventFd.open(sys));
            client.write(ServedFixture.CONFIG, 4, 2, 6);
            assertThat(client.map(3, 0, 0x1000, 0x4000, file.fd())).isZero();
            assertThat(client.map(3, 0, 0x10_0000, 0x4000)).isZero();
            assertThat(client.setIrqs(
                            VfioPci.VFIO_IRQ_SET_DATA_EVENTFD | VfioPci.VFIO_IRQ_SET_ACTION_TRIGGER,
                            ServedFixture.MSIX,
                            0,
                            1,
                            events.fd()))
                    .isZero();
            device.calls.clear();
        }
        await("lost: it closed the connection");
        assertThat(device.calls())
                .containsExactly(
                        "write2 7:4",
                        "irqs 0 TRIGGER 0+0",
                        "irqs 2 TRIGGER 0+0",
                        "irqs 3 TRIGGER 0+0",
                        "irqs 4 TRIGGER 0+0",
                        "reset");
        assertThat(device.space.mappings().size()).isZero();
        assertThat(device.assigned()).isZero();
        assertThat(device.command() & 4).isZero();
        assertThat(device.revoked).isFalse();
        assertThat(client().read(ServedFixture.CONFIG, 0, 4)).isEqualTo(0x5678_1234);
    }

    @Test
    void a_file_that_a_client_was_given_is_taken_back_and_one_that_reaches_the_device_is_not_given() throws Exception {
        try (RawClient client = RawClient.open(path)) {
            for (int i = 0; i < 3; i++) {
                assertThat(client.filesOf(2)).isOne();
            }
            assertThat(device.filesMade.get())
                    .as("a client that asks again gets the same")
                    .isOne();
        }
        await("lost: it closed the connection");
        assertThat(device.revoked).isTrue();
        device.fileReach = RegionFile.Reach.REGION;
        try (RawClient client = RawClient.open(path)) {
            assertThat(client.filesOf(2)).isOne();
        }
        await("lost: it closed the connection");
        device.fileReach = RegionFile.Reach.DEVICE;
        assertThat(client().filesOf(2)).isZero();
    }

    @Test
    void the_next_client_waits_until_the_first_has_gone() throws Exception {
        RawClient first = client();
        RawClient second = closing(RawClient.connect(path));
        new io.jvfio.vfiouser.protocol.Version(0, 1, null).write(second.out, 1);
        second.channel.send(second.out, List.of());
        assertThat(first.reset()).isZero();
        assertThat(events).containsExactly("arrived");
        first.close();
        assertThat(second.reply().isError()).isFalse();
        assertThat(second.reset()).isZero();
    }

    @Test
    void a_client_may_go_at_any_byte_of_a_message() throws Exception {
        byte[] message = new byte[16 + 32];
        message[2] = (byte) Command.DMA_MAP.id();
        message[4] = 48;
        message[16] = 32;
        for (int length = 0; length <= message.length; length++) {
            try (RawClient client = RawClient.open(path)) {
                client.raw(java.util.Arrays.copyOf(message, Math.max(1, length)));
            }
            await("lost: it closed the connection");
        }
        for (int length = 1; length < 20; length++) {
            try (RawClient client = RawClient.connect(path)) {
                client.raw(new byte[length]);
            }
            await("refused");
        }
        assertThat(client().reset()).isZero();
    }

    @Test
    void a_message_in_pieces_is_one_message() {
        RawClient client = client();
        RegionAccess.beginRead(client.out, client.nextId(), ServedFixture.CONFIG, 0, 4);
        byte[] bytes = client.bytes();
        for (byte each : bytes) {
            client.raw(new byte[] {each});
        }
        assertThat(RegionAccess.register(client.reply(), 4)).isEqualTo(0x5678_1234);
    }

    @Test
    void half_a_message_and_silence_ends_a_client_and_holds_up_nobody_else() throws Exception {
        serveAgain(ServerOptions.defaults().withLimits(ServerLimits.defaults().withSilence(SHORT)));
        ServedFixture other = closing(new ServedFixture());
        try (VfioUserServer second = VfioUserServer.listen(
                        other, folder.resolve("t"), ServerOptions.defaults(), ServerListener.NONE);
                RawClient silent = RawClient.open(path)) {
            silent.raw(new byte[7]);
            try (RawClient client = RawClient.open(folder.resolve("t"))) {
                assertThat(client.reset()).isZero();
            }
            await("lost: the rest of a message did not come");
            silent.awaitEnd();
            assertThat(client().reset()).isZero();
            assertThat(second).isNotNull();
        }
    }

    @Test
    void a_client_that_is_idle_between_messages_stays() throws Exception {
        serveAgain(ServerOptions.defaults().withLimits(ServerLimits.defaults().withSilence(Duration.ofMillis(50))));
        RawClient client = client();
        assertThat(events.poll(20, TimeUnit.SECONDS)).isEqualTo("arrived");
        assertThat(events.poll(300, TimeUnit.MILLISECONDS)).isNull();
        assertThat(client.reset()).isZero();
    }

    @Test
    void who_connects_and_says_nothing_makes_room() throws Exception {
        serveAgain(ServerOptions.defaults().withLimits(ServerLimits.defaults().withSilence(SHORT)));
        try (RawClient silent = RawClient.connect(path)) {
            await("refused");
            silent.awaitEnd();
        }
        assertThat(client().reset()).isZero();
    }

    @Test
    void a_client_that_does_not_read_its_answers_is_lost() throws Exception {
        serveAgain(ServerOptions.defaults().withLimits(ServerLimits.defaults().withSilence(SHORT)));
        RawClient client = client();
        Thread sender = Thread.ofPlatform().daemon().start(() -> {
            try {
                while (true) {
                    RegionAccess.beginRead(client.out, 1, 2, 0, ServedFixture.MEMORY);
                    client.channel.send(client.out, List.of());
                }
            } catch (io.jvfio.VfioException gone) {
                // The server has had enough.
            }
        });
        await("lost: it did not read");
        sender.join();
    }

    @Test
    void sizes_that_cannot_be_are_told_and_ended() throws Exception {
        for (int size : new int[] {0, 15, -1, Integer.MIN_VALUE, Integer.MAX_VALUE, (1 << 20) + (64 << 10) + 17}) {
            try (RawClient client = RawClient.open(path)) {
                client.header(Command.REGION_READ, size, 0);
                assertThat(client.receive().isError()).isTrue();
                assertThat(client.in.errno()).isEqualTo(Errno.EMSGSIZE);
                client.awaitEnd();
            }
            await("lost");
        }
    }

    @Test
    void a_message_that_is_neither_command_nor_reply_ends_the_connection() throws Exception {
        try (RawClient client = RawClient.open(path)) {
            client.header(Command.DEVICE_RESET, 16, 7);
            client.awaitEnd();
        }
        await("lost");
        assertThat(client().reset()).isZero();
    }

    @Test
    void a_client_that_goes_while_a_command_runs_is_followed_by_the_next() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        device.onReset = () -> {
            running.countDown();
            try {
                go.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
        try (RawClient client = RawClient.open(path)) {
            client.out.beginCommand(client.nextId(), Command.DEVICE_RESET, 0);
            client.channel.send(client.out, List.of());
            running.await();
        }
        go.countDown();
        await("lost");
        assertThat(client().reset()).isZero();
    }

    @Test
    void a_transfer_ends_when_the_client_goes() throws Exception {
        try (RawClient client = RawClient.open(path)) {
            assertThat(client.map(DmaMapRequest.READABLE | DmaMapRequest.WRITABLE, 0, 0x1000, 0x1000))
                    .isZero();
            client.write(0, ServedFixture.FROM, 8, 0x1000);
            client.write(0, ServedFixture.TO, 8, 0x1000);
            client.write(0, ServedFixture.LENGTH, 8, 64);
            client.post(0, ServedFixture.GO, 8, 1);
            assertThat(client.receive().commandId()).isEqualTo(Command.DMA_READ.id());
        }
        await("lost");
        RawClient next = client();
        awaitTrue(() -> next.read(0, ServedFixture.STATUS, 8) == 2 + Errno.ENOTCONN);
    }

    @Test
    void closing_the_server_ends_the_client() throws Exception {
        RawClient client = client();
        Message last = client.in;
        server.close();
        client.awaitEnd();
        await("lost: the server was closed");
        assertThat(last.isReply()).isTrue();
    }
}
