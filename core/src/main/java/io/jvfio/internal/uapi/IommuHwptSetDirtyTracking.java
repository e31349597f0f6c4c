// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.IommufdCommand.IOMMUFD_CMD_HWPT_SET_DIRTY_TRACKING;

/**
 * {@code struct iommu_hwpt_set_dirty_tracking} of {@code include/uapi/linux/iommufd.h}, since Linux 6.7: starts or
 * stops tracking writes.
 *
 * <p>Threads: immutable.
 *
 * @param flags {@link #IOMMU_HWPT_DIRTY_TRACKING_ENABLE} or 0
 * @param hwptId of the page table
 */
public record IommuHwptSetDirtyTracking(int flags, int hwptId) {
    /** The C struct. */
    public static final Struct<IommuHwptSetDirtyTracking> STRUCT =
            Struct.of(IommuHwptSetDirtyTracking.class, u32("size", "flags", "hwpt_id", "__reserved"));

    /** Starts or stops; in: all. */
    public static final Ioctl IOMMU_HWPT_SET_DIRTY_TRACKING =
            Ioctl.iommufd("IOMMU_HWPT_SET_DIRTY_TRACKING", IOMMUFD_CMD_HWPT_SET_DIRTY_TRACKING);

    /** Start. */
    public static final int IOMMU_HWPT_DIRTY_TRACKING_ENABLE = 1 << 0;
}
