// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.flexible;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u32;

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
    /** The C struct. */
    public static final Struct<VfioIommuType1InfoCapIovaRange> STRUCT = Struct.of(
            VfioIommuType1InfoCapIovaRange.class,
            struct("header", VfioInfoCapHeader.STRUCT),
            u32("nr_iovas", "reserved"),
            flexible("iova_ranges", VfioIovaRange.STRUCT.layout()));

    /** The ranges behind the fixed part. */
    public static final ArrayMember IOVA_RANGES = STRUCT.array("iova_ranges");

    /** Copies the list. */
    public VfioIommuType1InfoCapIovaRange {
        iovaRanges = List.copyOf(iovaRanges);
    }
}
