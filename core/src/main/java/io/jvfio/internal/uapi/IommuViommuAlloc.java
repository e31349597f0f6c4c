// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;
import static io.jvfio.internal.uapi.IommufdCommand.IOMMUFD_CMD_VIOMMU_ALLOC;

/**
 * {@code struct iommu_viommu_alloc} of {@code include/uapi/linux/iommufd.h}, since Linux 6.13: makes a virtual IOMMU:
 * the share of a guest in a real one.
 *
 * <p>Threads: immutable.
 *
 * @param flags 0
 * @param type {@code IOMMU_VIOMMU_TYPE_}
 * @param devId a device behind the real IOMMU
 * @param hwptId of the nesting parent
 * @param outViommuId its id
 * @param dataLen of the data, in bytes
 * @param dataUptr the address of the data
 */
public record IommuViommuAlloc(
        int flags, int type, int devId, int hwptId, int outViommuId, int dataLen, long dataUptr) {
    /** The C struct. */
    public static final Struct<IommuViommuAlloc> STRUCT = Struct.of(
            IommuViommuAlloc.class,
            u32("size", "flags", "type", "dev_id", "hwpt_id", "out_viommu_id", "data_len", "__reserved"),
            u64("data_uptr"));

    /** Makes one; out: id, data. */
    public static final Ioctl IOMMU_VIOMMU_ALLOC = Ioctl.iommufd("IOMMU_VIOMMU_ALLOC", IOMMUFD_CMD_VIOMMU_ALLOC);

    /** Not to be used. */
    public static final int IOMMU_VIOMMU_TYPE_DEFAULT = 0;

    /** Arm SMMUv3. */
    public static final int IOMMU_VIOMMU_TYPE_ARM_SMMUV3 = 1;

    /** NVIDIA Tegra241, data {@link IommuViommuTegra241Cmdqv}; since Linux 6.17. */
    public static final int IOMMU_VIOMMU_TYPE_TEGRA241_CMDQV = 2;

    /** Returns what to send for a type without data. */
    public static IommuViommuAlloc request(int type, int devId, int hwptId) {
        return new IommuViommuAlloc(0, type, devId, hwptId, 0, 0, 0);
    }
}
