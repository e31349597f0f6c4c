// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;
import static io.jvfio.internal.uapi.IommufdCommand.IOMMUFD_CMD_HWPT_ALLOC;

/**
 * {@code struct iommu_hwpt_alloc} of {@code include/uapi/linux/iommufd.h}, since Linux 6.6: makes a hardware page
 * table.
 *
 * <p>Threads: immutable.
 *
 * @param flags {@code IOMMU_HWPT_}
 * @param devId the device it must suit
 * @param ptId the parent: an IOAS, a nesting parent or a vIOMMU
 * @param outHwptId its id
 * @param dataType {@code IOMMU_HWPT_DATA_}
 * @param dataLen of the data, in bytes
 * @param dataUptr the address of the data
 * @param faultId of a fault queue; only with {@link #IOMMU_HWPT_FAULT_ID_VALID}
 */
public record IommuHwptAlloc(
        int flags, int devId, int ptId, int outHwptId, int dataType, int dataLen, long dataUptr, int faultId) {
    /** The C struct. */
    public static final Struct<IommuHwptAlloc> STRUCT = Struct.of(
            IommuHwptAlloc.class,
            u32("size", "flags", "dev_id", "pt_id", "out_hwpt_id", "__reserved", "data_type", "data_len"),
            u64("data_uptr"),
            u32("fault_id", "__reserved2"));

    /** Makes one; out: its id. */
    public static final Ioctl IOMMU_HWPT_ALLOC = Ioctl.iommufd("IOMMU_HWPT_ALLOC", IOMMUFD_CMD_HWPT_ALLOC);

    /** It will be a parent of nested tables. */
    public static final int IOMMU_HWPT_ALLOC_NEST_PARENT = 1 << 0;

    /** It must be able to track writes. */
    public static final int IOMMU_HWPT_ALLOC_DIRTY_TRACKING = 1 << 1;

    /** It has a fault queue; since Linux 6.11. */
    public static final int IOMMU_HWPT_FAULT_ID_VALID = 1 << 2;

    /** It will be attached to PASIDs; since Linux 6.13. */
    public static final int IOMMU_HWPT_ALLOC_PASID = 1 << 3;

    /** No data. */
    public static final int IOMMU_HWPT_DATA_NONE = 0;

    /** {@link IommuHwptVtdS1}. */
    public static final int IOMMU_HWPT_DATA_VTD_S1 = 1;

    /** {@link IommuHwptArmSmmuv3}. */
    public static final int IOMMU_HWPT_DATA_ARM_SMMUV3 = 2;

    /** {@link IommuHwptAmdGuest}. */
    public static final int IOMMU_HWPT_DATA_AMD_GUEST = 3;

    /** Returns what to send for a table without data and fault queue. */
    public static IommuHwptAlloc request(int flags, int devId, int ptId) {
        return new IommuHwptAlloc(flags, devId, ptId, 0, IOMMU_HWPT_DATA_NONE, 0, 0, 0);
    }
}
