// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;
import static io.jvfio.internal.uapi.IommufdCommand.IOMMUFD_CMD_HWPT_INVALIDATE;

/**
 * {@code struct iommu_hwpt_invalidate} of {@code include/uapi/linux/iommufd.h}, since Linux 6.8: invalidates what a
 * nested page table or a vIOMMU has cached.
 *
 * <p>Threads: immutable.
 *
 * @param hwptId of the page table or vIOMMU
 * @param dataUptr the address of an array of entries
 * @param dataType {@code IOMMU_HWPT_INVALIDATE_DATA_} or {@code IOMMU_VIOMMU_INVALIDATE_DATA_}
 * @param entryLen of an entry, in bytes
 * @param entryNum in: how many entries; out: how many were done
 */
public record IommuHwptInvalidate(int hwptId, long dataUptr, int dataType, int entryLen, int entryNum) {
    /** The C struct. */
    public static final Struct<IommuHwptInvalidate> STRUCT = Struct.of(
            IommuHwptInvalidate.class,
            u32("size", "hwpt_id"),
            u64("data_uptr"),
            u32("data_type", "entry_len", "entry_num", "__reserved"));

    /** Invalidates; out: how many. */
    public static final Ioctl IOMMU_HWPT_INVALIDATE =
            Ioctl.iommufd("IOMMU_HWPT_INVALIDATE", IOMMUFD_CMD_HWPT_INVALIDATE);

    /** {@link IommuHwptVtdS1Invalidate}. */
    public static final int IOMMU_HWPT_INVALIDATE_DATA_VTD_S1 = 0;

    /** {@link IommuViommuArmSmmuv3Invalidate}; since Linux 6.13. */
    public static final int IOMMU_VIOMMU_INVALIDATE_DATA_ARM_SMMUV3 = 1;
}
