// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.Fd;
import io.jvfio.VfioException;
import io.jvfio.device.DeviceGoneException;
import io.jvfio.device.InfoCapability;
import io.jvfio.device.RegionArea;
import io.jvfio.device.RegionInfo;
import io.jvfio.internal.sys.EventFd;
import io.jvfio.internal.sys.MemFd;
import io.jvfio.internal.sys.ProcSelf;
import io.jvfio.vfiouser.protocol.Command;
import io.jvfio.vfiouser.protocol.DmaAccess;
import io.jvfio.vfiouser.protocol.InfoMessages;
import io.jvfio.vfiouser.protocol.Message;
import io.jvfio.vfiouser.protocol.ProtocolException;
import io.jvfio.vfiouser.protocol.RegionAccess;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that give more than was asked for, or less and less, or never stop: what they can cost a client. */
@Timeout(60)
final class HostileServerTest extends ClientTest {

    @Test
    void a_reply_with_too_many_descriptors_bit_by_bit_ends_the_connection_and_holds_none() {
        EventFd any = eventfd();
        VfioUserDevice device = connect();
        long before = ProcSelf.openDescriptors();
        AtomicInteger most = new AtomicInteger();
        server.script = (client, command) -> {
            if (Command.of(command.commandId()) != Command.DEVICE_RESET) {
                return false;
            }
            client.out.beginReply(command, 64);
            client.sendBitByBit(
                    Collections.nCopies(253, any.fd()),
                    () -> most.accumulateAndGet((int) (ProcSelf.openDescriptors() - before), Math::max));
            return true;
        };
        assertThatThrownBy(device::reset)
                .isInstanceOf(DeviceGoneException.class)
                .hasRootCauseInstanceOf(ProtocolException.class);
        // What one call brings is open for a moment.
        assertThat(most.get()).isLessThan(253 + 32);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 4095})
    void a_server_that_takes_too_little_is_refused(long bytes) {
        server.capabilities = server.capabilities.withMaxTransfer(bytes);
        assertThatThrownBy(this::connect)
                .isInstanceOfSatisfying(
                        VfioException.class, e -> assertThat(e.name()).isEqualTo("EPROTO"));
    }

    @Test
    void a_server_that_answers_each_question_just_in_time_is_given_up_as_a_whole() {
        server.script = (client, command) -> {
            LockSupport.parkNanos(Duration.ofMillis(300).toNanos());
            return false;
        };
        VfioUserLimits limits = VfioUserLimits.defaults().withTimeout(Duration.ofMillis(600));
        long begin = System.nanoTime();
        assertThatThrownBy(() -> VfioUserDevice.connect(socket(), limits))
                .isInstanceOfSatisfying(
                        VfioException.class, e -> assertThat(e.name()).isEqualTo("ETIMEDOUT"))
                .hasMessageContaining("has not told what device it has");
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofMillis(1_500));
    }

    @Test
    void a_server_that_moves_a_byte_at_a_time_is_not_asked_for_ever() {
        VfioUserDevice device = connect();
        AtomicInteger asked = new AtomicInteger();
        server.script = (client, command) -> {
            if (RegionAccess.SIZE != command.payloadSize() || RegionAccess.region(command) != TestServer.MEMORY_BAR) {
                return false;
            }
            asked.incrementAndGet();
            RegionAccess.beginReadReply(client.out, command, 1);
            client.reply();
            return true;
        };
        try (Arena arena = Arena.ofConfined()) {
            assertThatThrownBy(() -> device.read(TestServer.MEMORY_BAR, 0, arena.allocate(0x4_0000)))
                    .isInstanceOfSatisfying(
                            VfioException.class, e -> assertThat(e.name()).isEqualTo("EIO"));
        }
        assertThat(asked.get()).isLessThan(100);
    }

    @Test
    void a_server_that_floods_an_idle_client_with_transfers_does_not_keep_callers_out() throws Exception {
        server.capabilities = server.capabilities.withTwinSocket(false, -1);
        VfioUserDevice device = connect();
        AtomicBoolean on = new AtomicBoolean(true);
        AtomicInteger sent = new AtomicInteger();
        TestClient connection = server.client();
        Thread flood = Thread.ofPlatform().daemon().start(() -> {
            try (Message transfer = new Message(64)) {
                while (on.get()) {
                    DmaAccess.beginRead(transfer, 7, 0x1000, 8);
                    transfer.addFlags(Message.NO_REPLY);
                    connection.sendWhole(transfer);
                    sent.incrementAndGet();
                }
            } catch (VfioException ended) {
                // The client has gone.
            }
        });
        try {
            for (int i = 0; i < 200; i++) {
                long start = System.nanoTime();
                assertThat(device.readRegister(TestServer.CONFIG, 0, 4)).isEqualTo(0x11e8_1234L);
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(1));
            }
        } finally {
            on.set(false);
            flood.join();
        }
        assertThat(sent.get()).isPositive();
    }

    @Test
    void more_areas_than_any_device_has_are_not_taken() {
        List<RegionArea> areas = IntStream.range(0, 1 << 16)
                .mapToObj(i -> new RegionArea(0, 4096))
                .toList();
        server.script = (client, command) -> {
            if (Command.of(command.commandId()) != Command.DEVICE_GET_REGION_INFO
                    || InfoMessages.regionIndex(command) != TestServer.WHOLE_BAR) {
                return false;
            }
            RegionInfo info =
                    new RegionInfo(TestServer.WHOLE_BAR, 7, 4096, List.of(), List.of(InfoCapability.sparse(areas)));
            InfoMessages.tellRegion(client.out, command, Integer.MAX_VALUE, info, 0);
            client.reply();
            return true;
        };
        assertThatThrownBy(this::connect).isInstanceOf(ProtocolException.class);
    }

    @Test
    void files_that_no_area_needs_are_not_kept() {
        MemFd file = closing(MemFd.of(SYS, "many", 4096));
        List<Fd> many = Collections.nCopies(16, file.fd());
        server.script = (client, command) -> {
            if (Command.of(command.commandId()) != Command.DEVICE_GET_REGION_INFO) {
                return false;
            }
            RegionInfo info = new RegionInfo(InfoMessages.regionIndex(command), 7, 4096, List.of(), List.of());
            InfoMessages.tellRegion(client.out, command, InfoMessages.regionArgsz(command), info, 0);
            client.send(many);
            return true;
        };
        long before = ProcSelf.openDescriptors();
        connect();
        assertThat(ProcSelf.openDescriptors() - before).isLessThan(20);
    }
}
