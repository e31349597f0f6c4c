// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;

final class SmapsTest {
    private static final long HUGE = 0x20_0000;

    private static final String SMAPS = """
            7f0000000000-7f0000400000 rw-p 00000000 00:00 0
            Size:               4096 kB
            KernelPageSize:        4 kB
            MMUPageSize:           4 kB
            Rss:                4096 kB
            AnonHugePages:      4096 kB
            ShmemPmdMapped:        0 kB
            FilePmdMapped:         0 kB
            VmFlags: rd wr mr mw me ac sd hg
            7f0000400000-7f0000800000 rw-s 00000000 00:01 1025   /memfd:jvfio-a: b (deleted)
            Size:               4096 kB
            KernelPageSize:        4 kB
            AnonHugePages:         0 kB
            ShmemPmdMapped:     2048 kB
            VmFlags: rd wr sh mr mw me ms sd
            7f0000800000-7f0000a00000 rw-s 00000000 00:0f 1026   /memfd:jvfio (deleted)
            Size:               2048 kB
            KernelPageSize:     2048 kB
            AnonHugePages:         0 kB
            VmFlags: rd wr sh mr mw me ms ht
            ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0   [vsyscall]
            Size:                  4 kB
            KernelPageSize:        4 kB
            VmFlags: ex
            """;

    @Test
    void an_area_that_is_all_in_transparent_huge_pages_has_those() {
        assertThat(Smaps.pageSize(SMAPS, 0x7f00_0012_3456L, HUGE)).isEqualTo(HUGE);
    }

    @Test
    void an_area_that_is_partly_in_huge_pages_has_ordinary_ones() {
        assertThat(Smaps.pageSize(SMAPS, 0x7f00_0040_0000L, HUGE)).isEqualTo(4096);
        assertThat(Smaps.pageSize(SMAPS, 0x7f00_007f_ffffL, HUGE)).isEqualTo(4096);
    }

    @Test
    void an_area_of_a_huge_page_file_has_its_pages() {
        assertThat(Smaps.pageSize(SMAPS, 0x7f00_0080_0000L, HUGE)).isEqualTo(HUGE);
    }

    @Test
    void addresses_are_unsigned() {
        assertThat(Smaps.pageSize(SMAPS, 0xffff_ffff_ff60_0fffL, HUGE)).isEqualTo(4096);
        assertThat(Smaps.pageSize(SMAPS, 0xffff_ffff_ff60_1000L, HUGE)).isZero();
    }

    @Test
    void a_kernel_without_transparent_huge_pages_has_ordinary_ones() {
        assertThat(Smaps.pageSize(SMAPS, 0x7f00_0000_0000L, 0)).isEqualTo(4096);
    }

    @Test
    void memory_of_this_process_is_found() {
        try (Arena arena = Arena.ofConfined()) {
            assertThat(Smaps.pageSize(arena.allocate(64).address())).isPositive();
        }
        assertThat(Smaps.pageSize(0)).isZero();
    }
}
