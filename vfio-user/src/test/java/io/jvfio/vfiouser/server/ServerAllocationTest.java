// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.carrier.ForwardingDevice;
import io.jvfio.device.DeviceInfo;
import io.jvfio.device.PostedRegisters;
import io.jvfio.device.RegionInfo;
import io.jvfio.device.VfioDevice;
import io.jvfio.internal.sys.Abi;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.sys.Mapping;
import io.jvfio.internal.sys.SharedEventFd;
import io.jvfio.internal.sys.SharedWord;
import io.jvfio.testkit.GarbageCheck;
import io.jvfio.vfiouser.protocol.Message;
import io.jvfio.vfiouser.protocol.RegionAccess;
import io.jvfio.vfiouser.protocol.RegionIoFds;
import io.jvfio.vfiouser.protocol.WriteMulti;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Serving registers makes no garbage in the thread of the connection, once its code is compiled. */
@Tag("allocation")
final class ServerAllocationTest extends ServerTest {
    private static final int ROUNDS = 10_000;
    private static final int WRITES = 16;

    /** The fixture, which says the same of itself each time, and whose registers keep no record. */
    private static final class Quiet extends ForwardingDevice {
        private final DeviceInfo info;
        private final List<RegionInfo> regions;
        private long last;

        Quiet(VfioDevice below) {
            super(below);
            info = below.info();
            regions = IntStream.range(0, info.regionCount())
                    .mapToObj(below::region)
                    .toList();
        }

        @Override
        public DeviceInfo info() {
            return info;
        }

        @Override
        public RegionInfo region(int index) {
            return regions.get(index);
        }

        @Override
        public long readRegister(int region, long offset, int width) {
            return last;
        }

        @Override
        public void writeRegister(int region, long offset, int width, long value) {
            last = value;
        }
    }

    @BeforeEach
    void serveQuietly() {
        server.close();
        server = VfioUserServer.listen(new Quiet(device), path, options(), recorder);
    }

    private static void assertServedWithoutGarbage(IntConsumer action) {
        Thread serving = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().endsWith("-client"))
                .findAny()
                .orElseThrow();
        GarbageCheck.assertNone(serving, ROUNDS, action);
    }

    private static Message answered(RawClient client) {
        Message reply = client.exchange(List.of());
        if (reply.isError()) {
            throw new AssertionError("errno " + reply.errno());
        }
        return reply;
    }

    @Test
    void reads_and_writes_of_registers() {
        RawClient client = client();
        assertServedWithoutGarbage(round -> {
            RegionAccess.beginWrite(client.out, client.nextId(), 0, 0x40, 4);
            RegionAccess.setRegister(client.out, 4, round);
            answered(client);
            RegionAccess.beginRead(client.out, client.nextId(), 0, 0x40, 4);
            if (RegionAccess.register(answered(client), 4) != round) {
                throw new AssertionError("not " + round);
            }
        });
    }

    @Test
    void writes_sixteen_to_a_message() {
        RawClient client = client();
        assertServedWithoutGarbage(round -> {
            WriteMulti.begin(client.out, client.nextId(), WRITES);
            for (int i = 0; i < WRITES; i++) {
                WriteMulti.set(client.out, i, 0, 0x40, 4, round);
            }
            assertThat(answered(client).u64(0)).isEqualTo(WRITES);
        });
    }

    @Test
    void posted_writes_and_the_reads_behind_them() {
        device.posted = region -> region == 0 ? List.of(new PostedRegisters.Register(0x40, 4)) : List.of();
        RawClient client = client();
        RegionIoFds.writeRequest(client.out, client.nextId(), 0, 4096);
        Message told = answered(client);
        try (Descriptor file = told.takeFd(0);
                Descriptor eventfd = told.takeFd(0);
                Mapping memory = Mapping.ofFile(sys, file, 0, 64, Abi.PROT_READ | Abi.PROT_WRITE);
                SharedEventFd signal = SharedEventFd.duplicate(sys, eventfd, () -> {})) {
            assertServedWithoutGarbage(round -> {
                SharedWord.set(memory.memory(), 0, 4, round);
                signal.signal();
                RegionAccess.beginRead(client.out, client.nextId(), 0, 0x40, 4);
                if (RegionAccess.register(answered(client), 4) != round) {
                    throw new AssertionError("not " + round);
                }
            });
        }
    }
}
