// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u64;

/**
 * {@code struct vfio_iommu_type1_dirty_bitmap_get} of {@code include/uapi/linux/vfio.h}, since Linux 5.8: which range
 * to report.
 *
 * <p>Threads: immutable.
 *
 * @param iova where the range starts
 * @param size of the range, in bytes
 * @param bitmap where the report goes
 */
public record VfioIommuType1DirtyBitmapGet(long iova, long size, VfioBitmap bitmap) {
    /** The C struct. */
    public static final Struct<VfioIommuType1DirtyBitmapGet> STRUCT =
            Struct.of(VfioIommuType1DirtyBitmapGet.class, u64("iova", "size"), struct("bitmap", VfioBitmap.STRUCT));
}
