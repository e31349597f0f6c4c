// SPDX-License-Identifier: Apache-2.0
package io.jvfio.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.device.RegionArea;
import io.jvfio.device.RegionFile;
import io.jvfio.device.RegionInfo;
import io.jvfio.device.RegionMapping;
import io.jvfio.device.VfioDevice;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** The part of {@link VfioDeviceContract} about mapped regions. */
abstract class RegionMapContract extends RegisterAccessContract {

    private static final ValueLayout.OfInt LE_32 = ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);

    RegionMapContract() {}

    /** A register of 4 bytes that reads the same each time and lies in a part that can be mapped, if there is one. */
    protected Optional<TestRegister> mappedRegister() {
        return Optional.empty();
    }

    @Test
    void areas_that_can_be_mapped_lie_in_their_region_and_do_not_overlap() {
        VfioDevice device = open();
        existing(device).forEach(region -> {
            long end = 0;
            for (RegionArea area : sorted(region)) {
                assertThat(area.offset()).isGreaterThanOrEqualTo(end);
                assertThat(area.size()).isPositive();
                assertThat(area.end()).isLessThanOrEqualTo(region.size());
                end = area.end();
            }
        });
    }

    @Test
    void every_area_that_can_be_mapped_is_mapped_whole() {
        VfioDevice device = open();
        existing(device)
                .forEach(region -> sorted(region).forEach(area -> {
                    try (RegionMapping mapping = device.map(region.index(), area.offset(), area.size())
                            .orElseThrow()) {
                        assertThat(mapping.offset()).isEqualTo(area.offset());
                        assertThat(mapping.memory().byteSize()).isEqualTo(area.size());
                        assertThat(mapping.memory().isReadOnly()).isEqualTo(!region.writable());
                    }
                }));
    }

    @Test
    void a_mapped_register_reads_what_a_call_reads() {
        TestRegister register = mapped();
        VfioDevice device = open();
        try (RegionMapping mapping = map(device, register, TestMemory.page())) {
            assertThat(Integer.toUnsignedLong(mapping.memory().get(LE_32, register.offset() - mapping.offset())))
                    .isEqualTo(read(device, register));
        }
    }

    @Test
    void a_mapping_shows_exactly_the_bytes_asked_for() {
        TestRegister register = mapped();
        VfioDevice device = open();
        long length = register.offset() % TestMemory.page() + register.width();
        try (RegionMapping mapping = map(device, register, length)) {
            MemorySegment memory = mapping.memory();
            assertThat(memory.byteSize()).isEqualTo(length);
            assertThatThrownBy(() -> memory.get(LE_32, length)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void a_closed_mapping_is_not_accessible() {
        TestRegister register = mapped();
        VfioDevice device = open();
        RegionMapping mapping = map(device, register, TestMemory.page());
        MemorySegment memory = mapping.memory();
        mapping.close();
        mapping.close();
        assertThatThrownBy(() -> memory.get(LE_32, 0)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void mappings_of_the_same_part_end_one_by_one() {
        TestRegister register = mapped();
        VfioDevice device = open();
        RegionMapping first = map(device, register, TestMemory.page());
        try (RegionMapping second = map(device, register, TestMemory.page())) {
            first.close();
            assertThat(Integer.toUnsignedLong(second.memory().get(LE_32, register.offset() - second.offset())))
                    .isEqualTo(read(device, register));
        }
    }

    @Test
    void a_part_that_cannot_be_mapped_is_reported_as_such() {
        VfioDevice device = open();
        existing(device).stream()
                .filter(region -> region.mmapAreas().isEmpty())
                .forEach(region -> assertThat(device.map(region.index(), 0, Math.min(region.size(), 64)))
                        .isEmpty());
    }

    @Test
    void a_map_starts_at_a_page() {
        VfioDevice device = open();
        RegionInfo region = existing(device).getFirst();
        for (long offset : new long[] {1, 8, TestMemory.page() - 1, TestMemory.page() + 1}) {
            assertThatThrownBy(() -> device.map(region.index(), offset, 8))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void a_map_has_a_length() {
        VfioDevice device = open();
        RegionInfo region = existing(device).getFirst();
        for (long length : new long[] {0, -1, Long.MIN_VALUE}) {
            assertThatThrownBy(() -> device.map(region.index(), 0, length))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void a_map_outside_of_its_region_is_refused() {
        VfioDevice device = open();
        long page = TestMemory.page();
        existing(device).forEach(region -> {
            long size = region.size();
            long pages = (size + page - 1) / page * page;
            assertThatThrownBy(() -> device.map(region.index(), 0, size + 1))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> device.map(region.index(), pages, 1))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> device.map(region.index(), -page, page))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> device.map(region.index(), Long.MAX_VALUE & -page, Long.MAX_VALUE))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        });
        assertThatThrownBy(() -> device.map(device.info().regionCount(), 0, 1))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void the_file_behind_a_region_names_the_areas_of_the_region() {
        VfioDevice device = open();
        existing(device).forEach(region -> device.file(region.index()).ifPresent(file -> check(file, region)));
    }

    private static void check(RegionFile file, RegionInfo region) {
        assertThat(file.fd().isOpen()).isTrue();
        assertThat(file.offset()).isNotNegative();
        assertThat(file.areas()).isEqualTo(region.mmapAreas());
    }

    private TestRegister mapped() {
        Optional<TestRegister> register = mappedRegister();
        Assumptions.assumeTrue(register.isPresent(), "no register of this device can be mapped");
        return register.orElseThrow();
    }

    private static RegionMapping map(VfioDevice device, TestRegister register, long length) {
        return device.map(register.region(), register.offset() & -TestMemory.page(), length)
                .orElseThrow();
    }

    private static List<RegionArea> sorted(RegionInfo region) {
        return region.mmapAreas().stream()
                .sorted(Comparator.comparingLong(RegionArea::offset))
                .toList();
    }
}
