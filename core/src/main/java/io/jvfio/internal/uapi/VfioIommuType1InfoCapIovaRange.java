// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.flexible;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u32;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;
import java.util.List;

/**
 * {@code struct vfio_iommu_type1_info_cap_iova_range} of {@code include/uapi/linux/vfio.h}, since Linux 5.4: which
 * IOVAs can be mapped.
 *
 * <p>Threads: immutable.
 *
 * @param header its id, its version, and where the next capability starts
 * @param iovaRanges in ascending order
 */
public record VfioIommuType1InfoCapIovaRange(VfioInfoCapHeader header, List<VfioIovaRange> iovaRanges) {
    /** The C layout. */
    public static final StructLayout LAYOUT = struct(
            "vfio_iommu_type1_info_cap_iova_range",
            VfioInfoCapHeader.LAYOUT.withName("header"),
            u32("nr_iovas"),
            u32("reserved"),
            flexible("iova_ranges", VfioIovaRange.LAYOUT));

    /** The ranges behind the fixed part. */
    public static final ArrayMember IOVA_RANGES = ArrayMember.of(LAYOUT, "iova_ranges");

    private static final VarHandle NR_IOVAS = field(LAYOUT, "nr_iovas");

    /** Copies the list. */
    public VfioIommuType1InfoCapIovaRange {
        iovaRanges = List.copyOf(iovaRanges);
    }

    /** Decodes the struct at the start of {@code segment}. */
    public static VfioIommuType1InfoCapIovaRange read(MemorySegment segment) {
        return new VfioIommuType1InfoCapIovaRange(
                VfioInfoCapHeader.read(segment),
                IOVA_RANGES.read(segment, (int) NR_IOVAS.get(segment), VfioIovaRange::read));
    }

    /** Encodes the struct at the start of {@code segment}. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        header.fill(segment);
        NR_IOVAS.set(segment, iovaRanges.size());
        IOVA_RANGES.fill(segment, iovaRanges, VfioIovaRange::fill);
    }
}
