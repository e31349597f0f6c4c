// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import io.jvfio.iommu.Access;
import io.jvfio.iommu.DmaPin;
import io.jvfio.vfiouser.protocol.Command;
import io.jvfio.vfiouser.protocol.DmaMapRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A device that cannot be had back as it was: nobody gets it after the client that left it so. */
class ServerSuccessorTest extends ServerTest {
    private static final long IOVA = 0x10_0000;

    /** What is opened anew, in this order; empty: it cannot be. */
    private final Deque<ServedFixture> next = new ArrayDeque<>();

    private final DmaPin pin = new DmaPin();

    enum Spoiled {
        RESET_FAILS("it cannot be reset: VFIO_DEVICE_RESET failed: EIO"),
        NO_RESET("it has no reset"),
        FILE_KEPT("the client keeps the file of region 2: it cannot be taken back"),
        MEMORY_KEPT("it keeps memory of the client: "),
        GONE("the device is gone");

        private final String reason;

        Spoiled(String reason) {
            this.reason = reason;
        }
    }

    private void spoil(Spoiled how, RawClient client) {
        switch (how) {
            case RESET_FAILS ->
                device.onReset = () -> {
                    throw VfioException.of("VFIO_DEVICE_RESET", Errno.EIO, "the fixture");
                };
            case NO_RESET -> device.resettable = false;
            case FILE_KEPT -> {
                device.revocable = false;
                assertThat(client.filesOf(2)).isOne();
            }
            case MEMORY_KEPT -> {
                int both = DmaMapRequest.READABLE | DmaMapRequest.WRITABLE;
                assertThat(client.map(both, 0, IOVA, 0x1000, memory(0x1000).fd()))
                        .isZero();
                assertThat(device.space.mappings().pin(IOVA, 8, Access.READ, pin))
                        .isEqualTo(DmaPin.Result.PINNED);
            }
            case GONE -> device.gone = true;
        }
    }

    private void serveFromSource() {
        server.close();
        next.add(device);
        server = VfioUserServer.listen(this::open, path, options(), recorder);
    }

    private ServedFixture open() {
        ServedFixture opened = next.poll();
        if (opened == null) {
            throw VfioException.of("open", Errno.ENOENT, "no other");
        }
        return opened;
    }

    @ParameterizedTest
    @EnumSource(Spoiled.class)
    void the_server_ends_if_it_has_no_way_to_open_another(Spoiled how) throws Exception {
        try (RawClient client = RawClient.open(path)) {
            spoil(how, client);
        }
        await("lost: it closed the connection");
        assertThat(await("ended: ")).contains(how.reason).doesNotContain("\n");
        assertThat(server.failure())
                .hasValueSatisfying(reason -> assertThat(reason).contains(how.reason));
        assertThat(path).doesNotExist();
        assertThatThrownBy(() -> RawClient.open(path)).isInstanceOf(VfioException.class);
        assertThat(device.closed).as("it is only lent").isFalse();
        pin.close();
    }

    @ParameterizedTest
    @EnumSource(Spoiled.class)
    void the_device_is_opened_anew_if_there_is_a_way(Spoiled how) throws Exception {
        ServedFixture second = closing(new ServedFixture());
        serveFromSource();
        next.add(second);
        try (RawClient client = RawClient.open(path)) {
            client.write(0, 0x40, 4, 7);
            spoil(how, client);
        }
        assertThat(await("renewed: ")).contains(how.reason);
        assertThat(device.closed).isTrue();
        RawClient successor = client();
        assertThat(successor.read(0, 0x40, 4)).isZero();
        successor.write(0, 0x40, 4, 8);
        assertThat(second.readRegister(0, 0x40, 4)).isEqualTo(8);
        assertThat(server.failure()).isEmpty();
        pin.close();
    }

    @Test
    void the_server_ends_if_the_device_cannot_be_opened_anew_and_says_why() throws Exception {
        serveFromSource();
        try (RawClient client = RawClient.open(path)) {
            spoil(Spoiled.RESET_FAILS, client);
        }
        assertThat(await("ended: "))
                .contains(Spoiled.RESET_FAILS.reason)
                .contains("it cannot be opened anew: open failed: ENOENT");
        assertThat(device.closed).isTrue();
    }

    @Test
    void a_device_that_somebody_keeps_busy_for_a_moment_is_opened_after_it() throws Exception {
        ServedFixture second = closing(new ServedFixture());
        server.close();
        int[] busy = {0};
        next.addAll(List.of(device, second));
        server = VfioUserServer.listen(
                () -> {
                    if (device.closed && busy[0]++ < 3) {
                        throw VfioException.of("open", Errno.EBUSY, "the fixture");
                    }
                    return open();
                },
                path,
                options(),
                recorder);
        try (RawClient client = RawClient.open(path)) {
            spoil(Spoiled.RESET_FAILS, client);
        }
        await("renewed: ");
        assertThat(client().reset()).isZero();
        assertThat(busy[0]).isEqualTo(4);
    }

    @Test
    void a_device_that_goes_while_nobody_has_it_ends_the_server_within_a_moment() throws Exception {
        device.gone = true;
        assertThat(events.poll(10, TimeUnit.SECONDS)).isEqualTo("ended: the device is gone");
    }

    @Test
    void who_comes_to_a_device_that_is_gone_gets_the_one_that_is_opened_anew() throws Exception {
        ServedFixture second = closing(new ServedFixture());
        serveFromSource();
        next.add(second);
        device.gone = true;
        assertThat(client().read(ServedFixture.CONFIG, 0, 4)).isEqualTo(0x5678_1234);
        assertThat(await("renewed: ")).isEqualTo("renewed: the device is gone");
    }

    @Test
    void another_server_of_the_process_goes_on_meanwhile() throws Exception {
        Path other = folder.resolve("t");
        try (ServedFixture untouched = new ServedFixture();
                VfioUserServer second =
                        VfioUserServer.listen(untouched, other, ServerOptions.defaults(), ServerListener.NONE);
                RawClient bystander = RawClient.open(other)) {
            try (RawClient client = RawClient.open(path)) {
                spoil(Spoiled.MEMORY_KEPT, client);
            }
            String event;
            do {
                long begin = System.nanoTime();
                bystander.write(0, 0x40, 4, begin & 0xff);
                assertThat(bystander.read(0, 0x40, 4)).isEqualTo(begin & 0xff);
                assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(1));
                event = events.poll();
            } while (event == null || !event.startsWith("ended"));
            assertThat(second.failure()).isEmpty();
            pin.close();
        }
    }

    @Test
    void files_are_taken_back_before_the_reset_so_that_it_undoes_what_was_written_through_them() throws Exception {
        try (RawClient client = RawClient.open(path)) {
            assertThat(client.filesOf(2)).isOne();
            device.calls.clear();
        }
        await("lost: ");
        assertThat(device.calls()).endsWith("revoke", "reset");
    }

    @Test
    void a_header_that_is_kept_over_the_reset_is_as_it_was() throws Exception {
        device.writeRegister(ServedFixture.CONFIG, 0x10, 4, 0xfe00_0000L);
        serveAgain(options());
        try (RawClient client = RawClient.open(path)) {
            client.write(ServedFixture.CONFIG, 0x10, 4, 0x1234_0000);
            client.write(ServedFixture.CONFIG, 0x3c, 1, 11);
            client.write(ServedFixture.CONFIG, 0x0c, 1, 16);
        }
        await("lost: ");
        assertThat(client().read(ServedFixture.CONFIG, 0x10, 4)).isEqualTo(0xfe00_0000L);
        assertThat(device.readRegister(ServedFixture.CONFIG, 0x3c, 1)).isZero();
        assertThat(device.readRegister(ServedFixture.CONFIG, 0x0c, 1)).isZero();
    }

    @Test
    void controls_of_express_that_are_kept_over_the_reset_are_as_they_were() throws Exception {
        device.writeRegister(ServedFixture.CONFIG, 0x06, 2, 0x10);
        device.writeRegister(ServedFixture.CONFIG, 0x34, 1, 0x40);
        device.writeRegister(ServedFixture.CONFIG, 0x40, 4, 0x2_0010);
        device.writeRegister(ServedFixture.CONFIG, 0x48, 2, 0x2810);
        serveAgain(options());
        try (RawClient client = RawClient.open(path)) {
            client.write(ServedFixture.CONFIG, 0x48, 2, 0x2c1f);
        }
        await("lost: ");
        assertThat(client().read(ServedFixture.CONFIG, 0x48, 2)).isEqualTo(0x2810);
    }

    /** Has the device begin a reset that does not end before the latch is down. */
    private CountDownLatch holdReset() throws InterruptedException {
        CountDownLatch end = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(1);
        device.onReset = () -> {
            begun.countDown();
            boolean interrupted = false;
            while (end.getCount() > 0) {
                try {
                    end.await();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        };
        try (RawClient client = RawClient.open(path)) {
            client.out.beginCommand(client.nextId(), Command.DEVICE_RESET, 0);
            client.channel.send(client.out, List.of());
            begun.await();
        }
        return end;
    }

    private ServerOptions impatient() {
        return options().withLimits(ServerLimits.defaults().withCommand(Duration.ofMillis(200)));
    }

    @Test
    void a_command_that_does_not_end_ends_a_server_that_has_no_other_device() throws Exception {
        serveAgain(impatient());
        CountDownLatch end = holdReset();
        try {
            assertThat(await("ended: ")).contains("did not end a command").contains("PT0.2S");
            assertThat(path).doesNotExist();
        } finally {
            end.countDown();
        }
    }

    @Test
    void a_command_that_does_not_end_has_the_device_opened_anew() throws Exception {
        ServedFixture second = closing(new ServedFixture());
        server.close();
        next.add(device);
        next.add(second);
        server = VfioUserServer.listen(this::open, path, impatient(), recorder);
        CountDownLatch end = holdReset();
        try {
            assertThat(await("renewed: ")).contains("did not end a command");
            assertThat(client().reset()).isZero();
        } finally {
            end.countDown();
        }
    }

    @Test
    void a_listener_may_close_the_server() throws Exception {
        server.close();
        VfioUserServer[] own = new VfioUserServer[1];
        ServerListener closer = new ServerListener() {
            @Override
            public void clientLost(Client client, String reason) {
                own[0].close();
                recorder.clientLost(client, reason);
            }
        };
        own[0] = VfioUserServer.listen(device, path, options(), closer);
        server = own[0];
        try (RawClient client = RawClient.open(path)) {
            assertThat(client.reset()).isZero();
        }
        await("lost: ");
    }
}
