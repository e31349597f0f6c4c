// SPDX-License-Identifier: Apache-2.0
package io.jvfio.variant;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.mmio.RegisterPort;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RegionOpsTest {

    /** Registers that say which access they saw, and read as their offset. */
    private static final class Recording implements RegionOps {
        private final List<String> accesses = new ArrayList<>();

        @Override
        public long read(long offset, int width) {
            accesses.add("r" + width + "@" + offset);
            long value = 0;
            for (int i = 0; i < width; i++) {
                value |= (offset + i & 0xff) << 8 * i;
            }
            return value;
        }

        @Override
        public void write(long offset, int width, long value) {
            accesses.add("w" + width + "@" + offset + "=" + Long.toHexString(value));
        }
    }

    private final Recording ops = new Recording();

    @Test
    void bytes_are_read_in_the_widest_aligned_accesses() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(14);
            assertThat(ops.read(1, bytes)).isEqualTo(14);
            for (int i = 0; i < 14; i++) {
                assertThat(bytes.get(ValueLayout.JAVA_BYTE, i)).isEqualTo((byte) (1 + i));
            }
            assertThat(ops.accesses).containsExactly("r1@1", "r2@2", "r4@4", "r4@8", "r2@12", "r1@14");
        }
    }

    @Test
    void bytes_are_written_in_the_widest_aligned_accesses() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocateFrom(ValueLayout.JAVA_BYTE, new byte[] {-1, 2, 3, 4, 5, 6, 7});
            assertThat(ops.write(3, bytes)).isEqualTo(7);
            assertThat(ops.accesses).containsExactly("w1@3=ff", "w4@4=5040302", "w2@8=706");
        }
    }

    @Test
    void a_region_of_registers_hands_on_each_access_and_a_change_as_one() {
        List<String> seen = new ArrayList<>();
        RegionOps region = RegionOps.of(new RegisterPort() {
            @Override
            public long read(long offset, int width) {
                return ops.read(offset, width);
            }

            @Override
            public void write(long offset, int width, long value) {
                ops.write(offset, width, value);
            }

            @Override
            public long modify(long offset, int width, long mask, long value) {
                seen.add("m" + width + "@" + offset + "=" + mask + "," + value);
                return 7;
            }
        });
        assertThat(region.read(2, 2)).isEqualTo(0x0302);
        region.write(4, 4, 5);
        assertThat(ops.accesses).containsExactly("r2@2", "w4@4=5");
        assertThat(region.modify(8, 4, 6, 1)).isEqualTo(7);
        assertThat(seen).containsExactly("m4@8=6,1");
        assertThat(ops.accesses).hasSize(2);
    }

    @Test
    void a_region_is_of_registers_alone_unless_it_says_more() {
        assertThat(ops.mmapAreas()).isEmpty();
        assertThat(ops.map(0, 4096)).isEmpty();
        assertThat(ops.file()).isEmpty();
        assertThat(ops.capabilities()).isEmpty();
        ops.release();
        assertThat(ops.accesses).isEmpty();
    }
}
