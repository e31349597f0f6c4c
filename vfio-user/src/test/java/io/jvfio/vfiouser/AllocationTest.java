// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.internal.sys.EventFd;
import io.jvfio.internal.sys.MemFd;
import io.jvfio.testkit.GarbageCheck;
import io.jvfio.vfiouser.protocol.Command;
import io.jvfio.vfiouser.protocol.RegionIoFds;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Register access over a socket makes no garbage in the thread that calls, once its code is compiled. */
@Tag("allocation")
final class AllocationTest extends ClientTest {
    private static final int ROUNDS = 10_000;
    private static final int BAR = TestServer.MEMORY_BAR;

    private long sum;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void reading_and_writing_registers_makes_no_garbage(boolean twin) {
        server.capabilities = server.capabilities.withTwinSocket(twin, 0);
        VfioUserDevice device = connect();
        GarbageCheck.assertNone(Thread.currentThread(), ROUNDS, round -> {
            device.writeRegister(BAR, 0, 4, round);
            sum += device.readRegister(BAR, 0, 4);
        });
        assertThat(sum).isPositive();
    }

    @Test
    void posted_writes_make_no_garbage() {
        EventFd signal = eventfd();
        MemFd file = closing(MemFd.of(SYS, "registers", 4096));
        server.capabilities = server.capabilities.withAddedRegions(true).withPostedRegions(List.of(BAR));
        List<RegionIoFds.Entry> entries =
                List.of(new RegionIoFds.Entry(0, 4, 1, RegionIoFds.SHADOW_IOEVENTFD, 0, 0, 0, 0));
        server.script = (client, command) -> {
            if (command.commandId() != Command.DEVICE_GET_REGION_IO_FDS.id()) {
                return false;
            }
            new RegionIoFds(BAR, 1, entries).writeReply(client.out, command, RegionIoFds.readRequest(command));
            client.send(List.of(file.fd(), signal.fd()));
            return true;
        };
        VfioUserDevice device = connect();
        GarbageCheck.assertNone(Thread.currentThread(), ROUNDS, round -> device.writeRegister(BAR, 0, 4, round));
        assertThat(signal.drain()).isPositive();
    }
}
