// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.vendor.mlx.spec.FirmwareTimeout;
import io.jvfio.vendor.mlx.spec.InitSegment;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Time-outs as the function tells them: a unit and a number. */
class TimeoutRegistersTest {
    @Test
    void units() {
        assertThat(InitSegment.timeoutMillis(0x0000_0005)).isEqualTo(5);
        assertThat(InitSegment.timeoutMillis(0x2000_0005)).isEqualTo(5_000);
        assertThat(InitSegment.timeoutMillis(0x4000_0005))
                .isEqualTo(Duration.ofMinutes(5).toMillis());
        assertThat(InitSegment.timeoutMillis(0x6000_0005))
                .isEqualTo(Duration.ofHours(5).toMillis());
        assertThat(InitSegment.timeoutMillis(0x8000_0005)).isEqualTo(5);
    }

    @Test
    void fields_that_are_0_leave_the_usual_one() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment register = Words.parse(arena, FirmwareTimeout.SIZE, "14=000000c8 28=20000001 30=40000002");
            assertThat(FirmwareTimeout.HEALTH_POLL.of(register)).isEqualTo(Duration.ofMillis(200));
            assertThat(FirmwareTimeout.TEAR_DOWN.of(register)).isEqualTo(Duration.ofSeconds(1));
            assertThat(FirmwareTimeout.RECLAIM_PAGES.of(register)).isEqualTo(Duration.ofMinutes(2));
            assertThat(FirmwareTimeout.PCIE_TOGGLE.of(register)).isEqualTo(Duration.ofSeconds(2));
            assertThat(FirmwareTimeout.RESET_UNLOAD.of(register)).isEqualTo(Duration.ofMinutes(5));
        }
    }
}
