// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.flexible;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u32;

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
    /** The C struct. */
    public static final Struct<VfioRegionInfoCapSparseMmap> STRUCT = Struct.of(
            VfioRegionInfoCapSparseMmap.class,
            struct("header", VfioInfoCapHeader.STRUCT),
            u32("nr_areas", "reserved"),
            flexible("areas", VfioRegionSparseMmapArea.STRUCT.layout()));

    /** The areas behind the fixed part. */
    public static final ArrayMember AREAS = STRUCT.array("areas");

    /** Copies the list. */
    public VfioRegionInfoCapSparseMmap {
        areas = List.copyOf(areas);
    }
}
