// SPDX-License-Identifier: Apache-2.0
package io.jvfio.variant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.VfioException;
import io.jvfio.device.RegionArea;
import io.jvfio.device.RegionFile;
import io.jvfio.device.RegionFile.Reach;
import io.jvfio.device.RegionInfo;
import io.jvfio.device.VfioPci;
import io.jvfio.mmio.RegisterPort;
import io.jvfio.variant.Trap.Kind;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Pages of a BAR that a variant takes itself. */
class TrapTest {
    private final PlainFunction below = new PlainFunction();
    private final List<String> log = new ArrayList<>();

    private final RegisterPort registers = new RegisterPort() {
        @Override
        public long read(long offset, int width) {
            log.add("r" + width + " " + Long.toHexString(offset));
            return 0xa5a5_a5a5_a5a5_a5a5L & -1L >>> 64 - 8 * width;
        }

        @Override
        public void write(long offset, int width, long value) {
            log.add("w" + width + " " + Long.toHexString(offset) + "=" + Long.toHexString(value));
        }
    };

    private VariantDevice trapped(Trap... traps) {
        return new VariantDevice(below, Additions.none().withTraps(List.of(traps))) {};
    }

    private Trap page(int number, Kind kind) {
        return new Trap(0, number * Trap.PAGE, Trap.PAGE, kind, registers);
    }

    @ParameterizedTest
    @EnumSource
    void registers_of_the_pages_are_the_variants_and_all_others_the_devices(Kind kind) {
        VariantDevice device = trapped(page(1, kind));
        for (int width : new int[] {1, 2, 4, 8}) {
            device.readRegister(0, 0x1000 - width, width);
            device.readRegister(0, 0x1000, width);
            device.readRegister(0, 0x2000 - width, width);
            device.writeRegister(0, 0x2000, width, 1);
            device.writeRegister(0, 0x1008, width, 2);
        }
        assertThat(log)
                .containsExactly(
                        "r1 1000",
                        "r1 1fff",
                        "w1 1008=2",
                        "r2 1000",
                        "r2 1ffe",
                        "w2 1008=2",
                        "r4 1000",
                        "r4 1ffc",
                        "w4 1008=2",
                        "r8 1000",
                        "r8 1ff8",
                        "w8 1008=2");
        assertThat(below.log)
                .containsExactly(
                        "r1 fff", "w1 2000=1", "r2 ffe", "w2 2000=1", "r4 ffc", "w4 2000=1", "r8 ff8", "w8 2000=1");
        assertThatIllegalArgumentException().isThrownBy(() -> device.readRegister(0, 0x1001, 2));
        assertThatIllegalArgumentException().isThrownBy(() -> device.readRegister(0, 0x1000, 3));
        assertThatIllegalArgumentException().isThrownBy(() -> device.modifyRegister(0, 0x1000, 4, 0, 0));
        device.close();
        assertThatIllegalStateException().isThrownBy(() -> device.readRegister(0, 0x1000, 4));
    }

    @Test
    void bytes_across_the_borders_are_moved_by_whom_they_belong_to() {
        VariantDevice device = trapped(page(1, Kind.EMULATE), page(2, Kind.GUARD));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(0x2010);
            assertThat(device.read(0, 0xff8, bytes)).isEqualTo(0x2010);
            assertThat(below.log).containsExactly("R8 ff8", "R8 3000");
            assertThat(log).hasSize(0x2000 / 4).startsWith("r4 1000").endsWith("r4 2ffc");
            assertThat(bytes.get(ValueLayout.JAVA_BYTE, 7)).isZero();
            assertThat(bytes.get(ValueLayout.JAVA_BYTE, 8)).isEqualTo((byte) 0xa5);
            assertThat(bytes.get(ValueLayout.JAVA_BYTE, 0x2008)).isZero();
            log.clear();
            below.log.clear();
            assertThat(device.write(0, 0x1ffd, bytes.asSlice(0, 7))).isEqualTo(7);
            assertThat(log).containsExactly("w1 1ffd=0", "w2 1ffe=0", "w4 2000=0");
            assertThat(below.log).isEmpty();
            assertThat(device.read(0, 0x3ff8, bytes)).as("the region ends").isEqualTo(8);
            assertThat(device.read(0, 0x4000, bytes)).isZero();
            assertThatThrownBy(() -> device.read(0, 0x4001, bytes)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void the_pages_are_no_part_of_what_can_be_mapped() {
        VariantDevice device = trapped(page(1, Kind.EMULATE), page(3, Kind.GUARD));
        RegionInfo info = device.region(0);
        assertThat(info.mmapAreas()).containsExactly(new RegionArea(0, 0x1000), new RegionArea(0x2000, 0x1000));
        assertThat(info.size()).isEqualTo(0x4000);
        assertThat(info.capability(VfioPci.VFIO_REGION_INFO_CAP_SPARSE_MMAP)).isPresent();
        assertThat(device.map(0, 0, 0x1001)).isEmpty();
        assertThat(device.map(0, 0x1000, 0x1000)).isEmpty();
        assertThat(device.map(0, 0x3000, 1)).isEmpty();
        assertThat(below.log).isEmpty();
        device.map(0, 0x2000, 0x1000);
        assertThat(below.log).containsExactly("map 2000+1000");
        VariantDevice all = trapped(new Trap(0, 0, 0x4000, Kind.EMULATE, registers));
        assertThat(all.region(0).mmapAreas()).isEmpty();
        assertThat(all.region(0).flags() & VfioPci.VFIO_REGION_INFO_FLAG_MMAP).isZero();
        assertThat(trapped(page(1, Kind.EMULATE)).region(7)).isEqualTo(below.region(7));
    }

    /** What becomes of a file: the areas of it and its reach, or nothing. */
    @ParameterizedTest
    @CsvSource({
        // reach, areas of the file, kind, page -> areas left, reach
        "AREAS, 0+4000, EMULATE, 1, '0+1000 2000+2000', REGION",
        "AREAS, 0+4000, GUARD, 1, none, ",
        "AREAS, 2000+2000, EMULATE, 1, 2000+2000, AREAS",
        "AREAS, 2000+2000, GUARD, 1, 2000+2000, AREAS",
        "AREAS, 1000+1000, EMULATE, 1, none, ",
        "REGION, 0+4000, EMULATE, 0, 1000+3000, REGION",
        "REGION, 0+4000, GUARD, 1, none, ",
        "REGION, 2000+2000, GUARD, 1, none, ",
        "REGION, 2000+2000, EMULATE, 1, 2000+2000, REGION",
        "DEVICE, 0+4000, EMULATE, 3, 0+3000, DEVICE",
        "DEVICE, 0+4000, GUARD, 1, none, ",
        "DEVICE, 2000+2000, GUARD, 1, none, ",
    })
    void a_file_goes_on_if_it_reaches_no_guarded_page(
            Reach reach, String areas, Kind kind, int page, String left, Reach then) {
        below.file = new RegionFile(PlainFunction.FD, 0x100, areas(areas), reach, () -> true);
        Optional<RegionFile> file = trapped(page(page, kind)).file(0);
        if (left.equals("none")) {
            assertThat(file).isEmpty();
            return;
        }
        RegionFile passed = file.orElseThrow();
        assertThat(passed.areas()).isEqualTo(areas(left));
        assertThat(passed.reach()).isEqualTo(then);
        assertThat(passed.offset()).isEqualTo(0x100);
        assertThat(passed.fd()).isSameAs(PlainFunction.FD);
        assertThat(passed.revoke()).isTrue();
    }

    private static List<RegionArea> areas(String text) {
        List<RegionArea> all = new ArrayList<>();
        for (String area : text.split(" ", -1)) {
            String[] parts = area.split("\\+", -1);
            all.add(new RegionArea(Long.parseLong(parts[0], 16), Long.parseLong(parts[1], 16)));
        }
        return all;
    }

    @Test
    void a_file_of_the_whole_device_does_not_go_on_by_another_region_either() {
        below.file = new RegionFile(PlainFunction.FD, 0, areas("0+1000"), Reach.DEVICE);
        assertThat(trapped(page(1, Kind.GUARD)).file(2)).isEmpty();
        assertThat(trapped(page(1, Kind.EMULATE)).file(2)).containsSame(below.file);
        below.file = new RegionFile(PlainFunction.FD, 0, areas("0+1000"), Reach.REGION);
        assertThat(trapped(page(1, Kind.GUARD)).file(2)).containsSame(below.file);
    }

    @Test
    void a_page_of_what_cannot_be_written_is_not_written() {
        below.flags = VfioPci.VFIO_REGION_INFO_FLAG_READ;
        VariantDevice device = trapped(page(1, Kind.EMULATE));
        assertThat(device.readRegister(0, 0x1000, 1)).isEqualTo(0xa5);
        assertThatThrownBy(() -> device.writeRegister(0, 0x1000, 4, 1))
                .isInstanceOf(VfioException.class)
                .hasMessageContaining("EINVAL");
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(16);
            assertThatThrownBy(() -> device.write(0, 0x1000, bytes)).isInstanceOf(VfioException.class);
        }
        assertThat(log).containsExactly("r1 1000");
    }

    @Test
    void traps_that_do_not_fit_are_refused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Trap(0, 0x800, 0x1000, Kind.GUARD, registers));
        assertThatIllegalArgumentException().isThrownBy(() -> new Trap(0, 0, 0x800, Kind.GUARD, registers));
        assertThatIllegalArgumentException().isThrownBy(() -> new Trap(-1, 0, 0x1000, Kind.GUARD, registers));
        assertThatIllegalArgumentException().isThrownBy(() -> trapped(page(4, Kind.GUARD)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> trapped(page(1, Kind.GUARD), new Trap(0, 0, 0x2000, Kind.GUARD, registers)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> trapped(new Trap(7, 0, 0x1000, Kind.GUARD, registers)))
                .withMessageContaining("overlay");
        assertThatIllegalArgumentException().isThrownBy(() -> trapped(new Trap(1, 0, 0x1000, Kind.GUARD, registers)));
        assertThatIllegalArgumentException().isThrownBy(() -> trapped(new Trap(9, 0, 0x1000, Kind.GUARD, registers)));
    }
}
