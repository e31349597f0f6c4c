// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.padding;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;

/**
 * {@code struct vfio_iommu_type1_info_cap_migration} of {@code include/uapi/linux/vfio.h}, since Linux 5.8: how the
 * container records dirty pages.
 *
 * <p>Threads: immutable.
 *
 * @param header its id, its version, and where the next capability starts
 * @param flags 0
 * @param pgsizeBitmap the page sizes of a record, one bit each
 * @param maxDirtyBitmapSize the largest bitmap, in bytes
 */
public record VfioIommuType1InfoCapMigration(
        VfioInfoCapHeader header, int flags, long pgsizeBitmap, long maxDirtyBitmapSize) {
    /** The C struct. */
    public static final Struct<VfioIommuType1InfoCapMigration> STRUCT = Struct.of(
            VfioIommuType1InfoCapMigration.class,
            struct("header", VfioInfoCapHeader.STRUCT),
            u32("flags"),
            padding(4),
            u64("pgsize_bitmap", "max_dirty_bitmap_size"));
}
