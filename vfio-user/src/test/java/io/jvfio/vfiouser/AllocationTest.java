// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Register access over a socket makes no garbage in the thread that calls, once its code is compiled. */
@Tag("allocation")
final class AllocationTest extends ClientTest {
    private static final int BAR = TestServer.MEMORY_BAR;

    private long sum;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void reading_and_writing_registers_makes_no_garbage(boolean twin) throws Throwable {
        server.capabilities = server.capabilities.withTwinSocket(twin, 0);
        VfioUserDevice device = connect();
        Garbage.assertNone(Thread.currentThread(), round -> {
            device.writeRegister(BAR, 0, 4, round);
            sum += device.readRegister(BAR, 0, 4);
        });
        assertThat(sum).isPositive();
    }
}
