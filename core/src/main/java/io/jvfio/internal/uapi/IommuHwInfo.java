// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.array;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;
import static io.jvfio.internal.uapi.CLayouts.u8;
import static io.jvfio.internal.uapi.CLayouts.union;
import static io.jvfio.internal.uapi.IommufdCommand.IOMMUFD_CMD_GET_HW_INFO;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * {@code struct iommu_hw_info} of {@code include/uapi/linux/iommufd.h}, since Linux 6.6: asks what the IOMMU of a
 * device can do.
 *
 * <p>Threads: immutable.
 *
 * @param flags {@code IOMMU_HW_INFO_FLAG_}
 * @param devId which device
 * @param dataLen in: room for data, in bytes; out: how much there is
 * @param dataUptr the address of the data
 * @param dataType {@code IOMMU_HW_INFO_TYPE_}; in: what is wanted, only with {@link #IOMMU_HW_INFO_FLAG_INPUT_TYPE};
 *     out: what came
 * @param outMaxPasidLog2 how many bits a PASID has; 0 if the device has none
 * @param outCapabilities {@code IOMMU_HW_CAP_}
 */
public record IommuHwInfo(
        int flags, int devId, int dataLen, long dataUptr, int dataType, int outMaxPasidLog2, long outCapabilities) {
    /** The C struct. */
    public static final Struct<IommuHwInfo> STRUCT = Struct.of(
            IommuHwInfo.class,
            u32("size", "flags", "dev_id", "data_len"),
            u64("data_uptr"),
            union("data_type", u32("in_data_type", "out_data_type")),
            u8("out_max_pasid_log2"),
            array("__reserved", 3, JAVA_BYTE),
            u64("out_capabilities"));

    /** Asks; out: all but flags and device. */
    public static final Ioctl IOMMU_GET_HW_INFO = Ioctl.iommufd("IOMMU_GET_HW_INFO", IOMMUFD_CMD_GET_HW_INFO);

    /** The caller wants one type of data; since Linux 6.17. */
    public static final int IOMMU_HW_INFO_FLAG_INPUT_TYPE = 1 << 0;

    /** Out: no data. */
    public static final int IOMMU_HW_INFO_TYPE_NONE = 0;

    /** In: the data of the IOMMU's own type. */
    public static final int IOMMU_HW_INFO_TYPE_DEFAULT = 0;

    /** {@link IommuHwInfoVtd}. */
    public static final int IOMMU_HW_INFO_TYPE_INTEL_VTD = 1;

    /** {@link IommuHwInfoArmSmmuv3}. */
    public static final int IOMMU_HW_INFO_TYPE_ARM_SMMUV3 = 2;

    /** {@link IommuHwInfoTegra241Cmdqv}. */
    public static final int IOMMU_HW_INFO_TYPE_TEGRA241_CMDQV = 3;

    /** {@link IommuHwInfoAmd}. */
    public static final int IOMMU_HW_INFO_TYPE_AMD = 4;

    /** Page tables can track writes. */
    public static final long IOMMU_HW_CAP_DIRTY_TRACKING = 1 << 0;

    /** PASIDs with execute permission. */
    public static final long IOMMU_HW_CAP_PCI_PASID_EXEC = 1 << 1;

    /** PASIDs with privileged mode. */
    public static final long IOMMU_HW_CAP_PCI_PASID_PRIV = 1 << 2;

    /** The IOMMU answers no ATS requests of the device. */
    public static final long IOMMU_HW_CAP_PCI_ATS_NOT_SUPPORTED = 1 << 3;

    /** Returns what to send to get the data of the IOMMU's own type. */
    public static IommuHwInfo request(int devId, int dataLen, long dataUptr) {
        return new IommuHwInfo(0, devId, dataLen, dataUptr, IOMMU_HW_INFO_TYPE_DEFAULT, 0, 0);
    }

    /**
     * Returns the data that came, decoded by their type.
     *
     * @param data what {@code dataUptr} points to
     * @return {@code null} if there are none, or of a type that is not known here
     */
    public @Nullable IommuHwInfoData data(MemorySegment data) {
        return switch (dataType) {
            case IOMMU_HW_INFO_TYPE_INTEL_VTD -> IommuHwInfoVtd.STRUCT.read(data);
            case IOMMU_HW_INFO_TYPE_ARM_SMMUV3 -> IommuHwInfoArmSmmuv3.STRUCT.read(data);
            case IOMMU_HW_INFO_TYPE_TEGRA241_CMDQV -> IommuHwInfoTegra241Cmdqv.STRUCT.read(data);
            case IOMMU_HW_INFO_TYPE_AMD -> IommuHwInfoAmd.STRUCT.read(data);
            default -> null;
        };
    }
}
