// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u32;

/**
 * {@code struct vfio_iommu_type1_info_dma_avail} of {@code include/uapi/linux/vfio.h}, since Linux 5.10: how many
 * mappings are left.
 *
 * <p>Threads: immutable.
 *
 * @param header its id, its version, and where the next capability starts
 * @param avail how many more can be made
 */
public record VfioIommuType1InfoDmaAvail(VfioInfoCapHeader header, int avail) {
    /** The C struct. */
    public static final Struct<VfioIommuType1InfoDmaAvail> STRUCT =
            Struct.of(VfioIommuType1InfoDmaAvail.class, struct("header", VfioInfoCapHeader.STRUCT), u32("avail"));
}
