// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;
import static io.jvfio.internal.uapi.IommufdCommand.IOMMUFD_CMD_HWPT_GET_DIRTY_BITMAP;

/**
 * {@code struct iommu_hwpt_get_dirty_bitmap} of {@code include/uapi/linux/iommufd.h}, since Linux 6.7: asks which
 * pages were written since the last time.
 *
 * <p>Threads: immutable.
 *
 * @param hwptId of the page table
 * @param flags {@link #IOMMU_HWPT_GET_DIRTY_BITMAP_NO_CLEAR} or 0
 * @param iova where the range starts
 * @param length of the range, in bytes
 * @param pageSize of a bit, in bytes
 * @param data the address of the bitmap; the kernel sets bits and clears none
 */
public record IommuHwptGetDirtyBitmap(int hwptId, int flags, long iova, long length, long pageSize, long data) {
    /** The C struct. */
    public static final Struct<IommuHwptGetDirtyBitmap> STRUCT = Struct.of(
            IommuHwptGetDirtyBitmap.class,
            u32("size", "hwpt_id", "flags", "__reserved"),
            u64("iova", "length", "page_size", "data"));

    /** Asks; the bitmap is out. */
    public static final Ioctl IOMMU_HWPT_GET_DIRTY_BITMAP =
            Ioctl.iommufd("IOMMU_HWPT_GET_DIRTY_BITMAP", IOMMUFD_CMD_HWPT_GET_DIRTY_BITMAP);

    /** The next report will have the same pages. */
    public static final int IOMMU_HWPT_GET_DIRTY_BITMAP_NO_CLEAR = 1 << 0;
}
