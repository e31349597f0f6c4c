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
 * {@code struct vfio_region_info_cap_sparse_mmap} of {@code include/uapi/linux/vfio.h}, since Linux 4.6: the parts of
 * a region that can be mapped; the rest is read and written through the descriptor.
 *
 * <p>Threads: immutable.
 *
 * @param header its id, its version, and where the next capability starts
 * @param areas the parts, perhaps none
 */
public record VfioRegionInfoCapSparseMmap(VfioInfoCapHeader header, List<VfioRegionSparseMmapArea> areas) {
    /** The C layout. */
    public static final StructLayout LAYOUT = struct(
            "vfio_region_info_cap_sparse_mmap",
            VfioInfoCapHeader.LAYOUT.withName("header"),
            u32("nr_areas"),
            u32("reserved"),
            flexible("areas", VfioRegionSparseMmapArea.LAYOUT));

    /** The areas behind the fixed part. */
    public static final ArrayMember AREAS = ArrayMember.of(LAYOUT, "areas");

    private static final VarHandle NR_AREAS = field(LAYOUT, "nr_areas");

    /** Copies the list. */
    public VfioRegionInfoCapSparseMmap {
        areas = List.copyOf(areas);
    }

    /** Decodes the struct at the start of {@code segment}. */
    public static VfioRegionInfoCapSparseMmap read(MemorySegment segment) {
        return new VfioRegionInfoCapSparseMmap(
                VfioInfoCapHeader.read(segment),
                AREAS.read(segment, (int) NR_AREAS.get(segment), VfioRegionSparseMmapArea::read));
    }

    /** Encodes the struct at the start of {@code segment}. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        header.fill(segment);
        NR_AREAS.set(segment, areas.size());
        AREAS.fill(segment, areas, VfioRegionSparseMmapArea::fill);
    }
}
