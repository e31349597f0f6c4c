// SPDX-License-Identifier: Apache-2.0
package io.jvfio.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.jvfio.device.RegionInfo;
import io.jvfio.device.VfioDevice;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The part of {@link VfioDeviceContract} about registers and bytes of regions. */
abstract class RegisterAccessContract extends CarrierContract {

    RegisterAccessContract() {}

    /** A register that keeps what is written to it, and that the device does not use. Its value is put back. */
    protected TestRegister scratch() {
        return TestRegister.PCI_INTERRUPT_LINE;
    }

    /** A register that reads the same each time; in its region any width and alignment may be used from there on. */
    protected TestRegister identity() {
        return TestRegister.PCI_IDS;
    }

    /**
     * A register of 8 bytes behind which a model gives and takes all bits whatever the width is; empty where there is no
     * model of ours.
     */
    protected Optional<TestRegister> careless() {
        return Optional.empty();
    }

    @Test
    void what_a_model_gives_and_takes_is_cut_to_the_width() {
        Optional<TestRegister> careless = careless();
        assumeThat(careless).as("a model that does not cut").isPresent();
        TestRegister at = careless.orElseThrow();
        VfioDevice device = open();
        device.writeRegister(at.region(), at.offset(), 8, 0x8182_8384_8586_8788L);
        assertThat(device.readRegister(at.region(), at.offset(), 8)).isEqualTo(0x8182_8384_8586_8788L);
        assertThat(device.readRegister(at.region(), at.offset(), 4)).isEqualTo(0x8586_8788L);
        assertThat(device.readRegister(at.region(), at.offset(), 2)).isEqualTo(0x8788);
        assertThat(device.readRegister(at.region(), at.offset(), 1)).isEqualTo(0x88);
        for (int width : new int[] {4, 2, 1}) {
            device.writeRegister(at.region(), at.offset(), width, -2L);
            assertThat(device.readRegister(at.region(), at.offset(), 8)).isEqualTo((1L << 8 * width) - 2);
        }
    }

    @Test
    void a_register_reads_the_same_each_time() {
        VfioDevice device = open();
        long first = read(device, identity());
        assertThat(first).isNotZero();
        assertThat(read(device, identity())).isEqualTo(first);
    }

    @Test
    void a_register_is_little_endian_in_every_width() {
        VfioDevice device = open();
        TestRegister at = identity();
        long bytes = 0;
        for (int i = 0; i < 4; i++) {
            bytes |= device.readRegister(at.region(), at.offset() + i, 1) << 8 * i;
        }
        assertThat(device.readRegister(at.region(), at.offset(), 2)).isEqualTo(bytes & 0xffff);
        assertThat(device.readRegister(at.region(), at.offset() + 2, 2)).isEqualTo(bytes >>> 16);
        assertThat(device.readRegister(at.region(), at.offset(), 4)).isEqualTo(bytes);
    }

    @Test
    void what_is_written_is_read_back() {
        VfioDevice device = open();
        TestRegister scratch = scratch();
        long before = read(device, scratch);
        long all = scratch.width() == Long.BYTES ? -1 : (1L << 8 * scratch.width()) - 1;
        for (long value : new long[] {0x5a5a5a5a5a5a5a5aL, 0xa5a5a5a5a5a5a5a5L}) {
            device.writeRegister(scratch.region(), scratch.offset(), scratch.width(), value & all);
            assertThat(read(device, scratch)).isEqualTo(value & all);
        }
        device.writeRegister(scratch.region(), scratch.offset(), scratch.width(), before);
        assertThat(read(device, scratch)).isEqualTo(before);
    }

    @Test
    void bits_above_the_width_are_ignored() {
        VfioDevice device = open();
        TestRegister scratch = scratch();
        long before = read(device, scratch);
        long above = scratch.width() == Long.BYTES ? 0 : -1L << 8 * scratch.width();
        device.writeRegister(scratch.region(), scratch.offset(), scratch.width(), before | above);
        assertThat(read(device, scratch)).isEqualTo(before);
    }

    @Test
    void a_write_leaves_the_registers_beside_it_alone() {
        VfioDevice device = open();
        TestRegister scratch = scratch();
        long next = scratch.offset() + scratch.width();
        long before = read(device, scratch);
        long beside = device.readRegister(scratch.region(), next, scratch.width());
        device.writeRegister(scratch.region(), scratch.offset(), scratch.width(), before ^ 0x33);
        assertThat(device.readRegister(scratch.region(), next, scratch.width())).isEqualTo(beside);
        device.writeRegister(scratch.region(), scratch.offset(), scratch.width(), before);
    }

    @Test
    void a_register_has_1_2_4_or_8_bytes() {
        VfioDevice device = open();
        int region = identity().region();
        for (int width : new int[] {0, -1, 3, 5, 6, 7, 9, 16, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            assertThatThrownBy(() -> device.readRegister(region, 0, width))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> device.writeRegister(region, 0, width, 0))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void a_register_outside_of_its_region_is_refused() {
        VfioDevice device = open();
        existing(device).forEach(region -> {
            long size = region.size();
            LongStream.of(size, size + 4, -4, Long.MIN_VALUE, Long.MAX_VALUE & -8)
                    .forEach(offset -> {
                        assertThatThrownBy(() -> device.readRegister(region.index(), offset, 4))
                                .isInstanceOf(IndexOutOfBoundsException.class);
                        assertThatThrownBy(() -> device.writeRegister(region.index(), offset, 4, 0))
                                .isInstanceOf(IndexOutOfBoundsException.class);
                    });
        });
    }

    @Test
    void a_register_of_a_region_that_does_not_exist_is_refused() {
        VfioDevice device = open();
        int regions = device.info().regionCount();
        for (int region : new int[] {-1, regions, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            assertThatThrownBy(() -> device.readRegister(region, 0, 4)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> device.writeRegister(region, 0, 4, 0))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
        IntStream.range(0, regions)
                .filter(region -> !device.region(region).exists())
                .forEach(region -> assertThatThrownBy(() -> device.readRegister(region, 0, 4))
                        .isInstanceOf(IndexOutOfBoundsException.class));
    }

    @Test
    void only_config_space_takes_registers_that_are_not_aligned() {
        VfioDevice device = open();
        existing(device).forEach(region -> {
            if (isConfigSpace(device, region)) {
                assertThat(device.readRegister(region.index(), 1, 2))
                        .isEqualTo(device.readRegister(region.index(), 0, 4) >>> 8 & 0xffff);
            } else {
                for (int width : new int[] {2, 4, 8}) {
                    assertThatThrownBy(() -> device.readRegister(region.index(), width - 1, width))
                            .isInstanceOf(IllegalArgumentException.class);
                    assertThatThrownBy(() -> device.writeRegister(region.index(), width - 1, width, 0))
                            .isInstanceOf(IllegalArgumentException.class);
                }
            }
        });
    }

    @Test
    void bytes_are_what_registers_are() {
        VfioDevice device = open();
        TestRegister at = identity();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(4);
            assertThat(device.read(at.region(), at.offset(), bytes)).isEqualTo(4);
            for (int i = 0; i < 4; i++) {
                assertThat(Byte.toUnsignedLong(bytes.get(ValueLayout.JAVA_BYTE, i)))
                        .isEqualTo(device.readRegister(at.region(), at.offset() + i, 1));
            }
        }
    }

    @Test
    void bytes_that_are_written_are_read_back() {
        VfioDevice device = open();
        TestRegister scratch = scratch();
        long before = read(device, scratch);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(scratch.width());
            bytes.fill((byte) 0x3c);
            assertThat(device.write(scratch.region(), scratch.offset(), bytes)).isEqualTo(scratch.width());
            bytes.fill((byte) 0);
            assertThat(device.read(scratch.region(), scratch.offset(), bytes)).isEqualTo(scratch.width());
            assertThat(bytes.toArray(ValueLayout.JAVA_BYTE)).containsOnly(0x3c);
        }
        device.writeRegister(scratch.region(), scratch.offset(), scratch.width(), before);
    }

    @Test
    void bytes_end_where_the_region_ends() {
        VfioDevice device = open();
        int region = identity().region();
        long size = device.region(region).size();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(64);
            assertThat(device.read(region, size - 4, bytes)).isEqualTo(4);
            assertThat(device.read(region, size, bytes)).isZero();
            assertThatThrownBy(() -> device.read(region, size + 1, bytes))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> device.write(region, size + 1, bytes))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> device.read(region, -1, bytes)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> device.write(region, Long.MAX_VALUE, bytes))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void bytes_go_to_and_come_from_native_memory() {
        VfioDevice device = open();
        MemorySegment heap = MemorySegment.ofArray(new byte[4]);
        TestRegister at = identity();
        assertThatThrownBy(() -> device.read(at.region(), at.offset(), heap))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> device.write(at.region(), at.offset(), heap))
                .isInstanceOf(IllegalArgumentException.class);
    }

    static long read(VfioDevice device, TestRegister register) {
        return device.readRegister(register.region(), register.offset(), register.width());
    }

    static List<RegionInfo> existing(VfioDevice device) {
        return IntStream.range(0, device.info().regionCount())
                .mapToObj(device::region)
                .filter(RegionInfo::exists)
                .toList();
    }

    private static boolean isConfigSpace(VfioDevice device, RegionInfo region) {
        return device.info().pci() && region.index() == TestRegister.PCI_IDS.region();
    }
}
