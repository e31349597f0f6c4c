// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.VfioException;
import io.jvfio.device.InfoCapability;
import io.jvfio.device.VfioPci;
import io.jvfio.internal.sys.MemFd;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.internal.sys.UnixSocket;
import io.jvfio.internal.uapi.VfioIrqSet;
import io.jvfio.internal.uapi.VfioRegionInfo;
import io.jvfio.testkit.LeakCheck;
import io.jvfio.vfiouser.fuzz.Fuzzed;
import io.jvfio.vfiouser.fuzz.MessageFuzzer;
import io.jvfio.vfiouser.fuzz.Wire;
import io.jvfio.vfiouser.protocol.MessageChannel.Outcome;
import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Every decoder on messages from a seed: it reads them, or refuses them by a {@link ProtocolException}, and nothing else.
 * The property {@code jvfio.fuzz.seed} plays a failure again.
 */
final class CodecFuzzTest {
    private static final int MOST_FDS = 16;
    private static final long SEED = Long.getLong("jvfio.fuzz.seed", 20_261_124);
    private static final int LIMIT = (1 << 20) + (64 << 10);

    private final SystemCalls sys = SystemCalls.linux();
    private final Message in = new Message(LIMIT);
    private final Message reply = new Message(LIMIT);
    private final Map<Command, Integer> understood = new EnumMap<>(Command.class);
    private int refused;

    @Test
    @Timeout(60)
    void twenty_thousand_messages_are_read_or_refused() {
        decode(20_000);
    }

    @Test
    @Tag("long")
    @Timeout(600)
    void a_million_messages_are_read_or_refused() {
        decode(1_000_000);
    }

    private void decode(int messages) {
        LeakCheck leaks = LeakCheck.start();
        MessageFuzzer fuzzer = new MessageFuzzer(SEED);
        try (MemFd file = MemFd.of(sys, "fuzz", 1)) {
            for (int done = 0; done < messages; ) {
                List<UnixSocket> pair = UnixSocket.pair(sys);
                try (UnixSocket peer = pair.get(0);
                        MessageChannel channel = new MessageChannel(pair.get(1), MOST_FDS)) {
                    channel.limitWaits(1);
                    for (boolean open = true; open && done < messages; done++) {
                        Fuzzed next = next(fuzzer, done);
                        if (next.bytes().byteSize() > 128 << 10) {
                            continue; // nobody reads while this is sent
                        }
                        Wire.send(peer, next, List.of(file.fd()));
                        open = read(channel, fuzzer, done) && !next.last();
                    }
                }
                in.closeFds();
            }
        } finally {
            in.close();
            reply.close();
        }
        leaks.assertNothingLeaked();
        assertThat(refused).isGreaterThan(messages / 20);
        assertThat(understood.keySet()).contains(Command.values());
    }

    private static Fuzzed next(MessageFuzzer fuzzer, int number) {
        return switch (number % 4) {
            case 0, 1 -> fuzzer.clientCommand();
            case 2 -> fuzzer.serverCommand();
            default -> fuzzer.reply(7, 1 + fuzzer.below(18), new byte[32]);
        };
    }

    /** Whether the stream can be followed on. */
    private boolean read(MessageChannel channel, MessageFuzzer fuzzer, int number) {
        try {
            if (channel.receive(in, fuzzer.oneIn(2) ? Message.HEADER : 64) != Outcome.MESSAGE) {
                return false;
            }
        } catch (ProtocolException unreadable) {
            return false;
        } catch (VfioException lost) {
            return false;
        }
        Command command = Command.of(in.commandId());
        if (command == null) {
            return true;
        }
        try {
            if (in.isReply()) {
                readReply(command);
            } else {
                readCommand(command);
            }
            understood.merge(command, 1, Integer::sum);
        } catch (ProtocolException e) {
            assertThat(e.errno()).isBetween(1, 4095);
            refused++;
        } catch (RuntimeException e) {
            throw new AssertionError("seed " + SEED + ", message " + number + ", " + command, e);
        }
        return true;
    }

    private void readCommand(Command command) {
        switch (command) {
            case VERSION -> Version.read(in).answer(Capabilities.absent()).writeReply(reply, in);
            case DMA_MAP -> assertThat(DmaMapRequest.read(in).access()).isNotNull();
            case DMA_UNMAP -> DmaUnmap.read(in).writeReply(reply, in);
            case DEVICE_GET_INFO -> assertThat(InfoMessages.deviceArgsz(in)).isBetween(16, LIMIT);
            case DEVICE_GET_REGION_INFO -> {
                assertThat(InfoMessages.regionArgsz(in)).isBetween(32, LIMIT);
                InfoMessages.regionIndex(in);
            }
            case DEVICE_GET_REGION_IO_FDS ->
                assertThat(RegionIoFds.readRequest(in)).isBetween(16, LIMIT);
            case DEVICE_GET_IRQ_INFO -> InfoMessages.irqIndex(in);
            case DEVICE_SET_IRQS -> {
                VfioIrqSet set = SetIrqs.read(in);
                for (int i = 0; (set.flags() & VfioPci.VFIO_IRQ_SET_DATA_BOOL) != 0 && i < set.count(); i++) {
                    VfioIrqSet.readBool(in.payload(), i);
                }
            }
            case REGION_READ -> RegionAccess.checkRead(in, 1 << 20);
            case REGION_WRITE -> {
                RegionAccess.checkWrite(in, 1 << 20);
                in.payload(RegionAccess.SIZE, RegionAccess.count(in));
            }
            case DMA_READ, DMA_WRITE -> {
                DmaAccess.check(in, 1 << 20);
                DmaAccess.beginReadReply(reply, in);
            }
            case DEVICE_RESET -> in.require(0);
            case REGION_WRITE_MULTI -> {
                for (int i = WriteMulti.check(in) - 1; i >= 0; i--) {
                    WriteMulti.offset(in, i);
                    WriteMulti.register(in, i, 8);
                }
            }
            case DEVICE_FEATURE -> {
                Feature.check(in);
                assertThat(Feature.replyRoom(in)).isBetween(0, LIMIT);
            }
            case MIG_DATA_READ -> MigrationData.checkRead(in, 1 << 20);
            case MIG_DATA_WRITE -> in.payload(MigrationData.SIZE, MigrationData.checkWrite(in, 1 << 20));
        }
    }

    private void readReply(Command command) {
        switch (command) {
            case VERSION -> new Version(0, 1, Capabilities.absent()).accept(Version.read(in), in.fdCount());
            case DMA_UNMAP -> DmaUnmap.of(4096, 4096).checkReply(in);
            case DEVICE_GET_INFO -> InfoMessages.device(in);
            case DEVICE_GET_REGION_INFO -> {
                VfioRegionInfo region = InfoMessages.region(in, 0);
                for (InfoCapability capability : InfoMessages.capabilities(in, region)) {
                    try {
                        capability.areas(region.size());
                    } catch (IllegalArgumentException refusedArea) {
                        refused++;
                    }
                    capability.word(8);
                }
            }
            case DEVICE_GET_REGION_IO_FDS -> RegionIoFds.readReply(in, 0);
            case DEVICE_GET_IRQ_INFO -> InfoMessages.irq(in, 0, 2048);
            case REGION_READ -> {
                MemorySegment data = in.payload(0, Math.min(in.payloadSize(), 16));
                assertThat(RegionAccess.checkReadReply(in, 64)).isBetween(0, 64);
                assertThat(data.byteSize()).isLessThanOrEqualTo(16);
            }
            case REGION_WRITE ->
                assertThat(RegionAccess.checkWriteReply(in, 64)).isBetween(0, 64);
            case DMA_READ -> DmaAccess.checkReadReply(in, 0, 16);
            case DMA_WRITE -> DmaAccess.checkWriteReply(in, 0, 16);
            case DEVICE_FEATURE -> Feature.checkReply(in, 3, 8);
            case MIG_DATA_READ ->
                assertThat(MigrationData.checkReadReply(in, 64)).isBetween(0, 64);
            default -> in.errno();
        }
    }
}
