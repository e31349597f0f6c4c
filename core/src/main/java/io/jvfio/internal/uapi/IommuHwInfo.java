// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.array;
import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.sizeOf;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.toU8;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;
import static io.jvfio.internal.uapi.CLayouts.u8;
import static io.jvfio.internal.uapi.CLayouts.union;
import static io.jvfio.internal.uapi.IommufdCommand.IOMMUFD_CMD_GET_HW_INFO;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;
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
    /** The C layout. */
    public static final StructLayout LAYOUT = struct(
            "iommu_hw_info",
            u32("size"),
            u32("flags"),
            u32("dev_id"),
            u32("data_len"),
            u64("data_uptr"),
            union(u32("in_data_type"), u32("out_data_type")),
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

    private static final VarHandle SIZE = field(LAYOUT, "size");
    private static final VarHandle FLAGS = field(LAYOUT, "flags");
    private static final VarHandle DEV_ID = field(LAYOUT, "dev_id");
    private static final VarHandle DATA_LEN = field(LAYOUT, "data_len");
    private static final VarHandle DATA_UPTR = field(LAYOUT, "data_uptr");
    private static final VarHandle OUT_DATA_TYPE = field(LAYOUT, "out_data_type");
    private static final VarHandle OUT_MAX_PASID_LOG2 = field(LAYOUT, "out_max_pasid_log2");
    private static final VarHandle OUT_CAPABILITIES = field(LAYOUT, "out_capabilities");

    /** Returns what to send to get the data of the IOMMU's own type. */
    public static IommuHwInfo request(int devId, int dataLen, long dataUptr) {
        return new IommuHwInfo(0, devId, dataLen, dataUptr, IOMMU_HW_INFO_TYPE_DEFAULT, 0, 0);
    }

    /** Decodes the struct at the start of {@code segment}. */
    public static IommuHwInfo read(MemorySegment segment) {
        return new IommuHwInfo(
                (int) FLAGS.get(segment),
                (int) DEV_ID.get(segment),
                (int) DATA_LEN.get(segment),
                (long) DATA_UPTR.get(segment),
                (int) OUT_DATA_TYPE.get(segment),
                Byte.toUnsignedInt((byte) OUT_MAX_PASID_LOG2.get(segment)),
                (long) OUT_CAPABILITIES.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}, its size included. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        SIZE.set(segment, sizeOf(LAYOUT));
        FLAGS.set(segment, flags);
        DEV_ID.set(segment, devId);
        DATA_LEN.set(segment, dataLen);
        DATA_UPTR.set(segment, dataUptr);
        OUT_DATA_TYPE.set(segment, dataType);
        OUT_MAX_PASID_LOG2.set(segment, toU8(outMaxPasidLog2));
        OUT_CAPABILITIES.set(segment, outCapabilities);
    }

    /**
     * Returns the data that came, decoded by their type.
     *
     * @param data what {@code dataUptr} points to
     * @return {@code null} if there are none, or of a type that is not known here
     */
    public @Nullable IommuHwInfoData data(MemorySegment data) {
        return switch (dataType) {
            case IOMMU_HW_INFO_TYPE_INTEL_VTD -> IommuHwInfoVtd.read(data);
            case IOMMU_HW_INFO_TYPE_ARM_SMMUV3 -> IommuHwInfoArmSmmuv3.read(data);
            case IOMMU_HW_INFO_TYPE_TEGRA241_CMDQV -> IommuHwInfoTegra241Cmdqv.read(data);
            case IOMMU_HW_INFO_TYPE_AMD -> IommuHwInfoAmd.read(data);
            default -> null;
        };
    }
}
