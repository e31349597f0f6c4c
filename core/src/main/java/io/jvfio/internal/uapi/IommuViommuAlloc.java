// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.sizeOf;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;
import static io.jvfio.internal.uapi.IommufdCommand.IOMMUFD_CMD_VIOMMU_ALLOC;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

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
    /** The C layout. */
    public static final StructLayout LAYOUT = struct(
            "iommu_viommu_alloc",
            u32("size"),
            u32("flags"),
            u32("type"),
            u32("dev_id"),
            u32("hwpt_id"),
            u32("out_viommu_id"),
            u32("data_len"),
            u32("__reserved"),
            u64("data_uptr"));

    /** Makes one; out: id, data. */
    public static final Ioctl IOMMU_VIOMMU_ALLOC = Ioctl.iommufd("IOMMU_VIOMMU_ALLOC", IOMMUFD_CMD_VIOMMU_ALLOC);

    /** Not to be used. */
    public static final int IOMMU_VIOMMU_TYPE_DEFAULT = 0;

    /** Arm SMMUv3. */
    public static final int IOMMU_VIOMMU_TYPE_ARM_SMMUV3 = 1;

    /** NVIDIA Tegra241, data {@link IommuViommuTegra241Cmdqv}; since Linux 6.17. */
    public static final int IOMMU_VIOMMU_TYPE_TEGRA241_CMDQV = 2;

    private static final VarHandle SIZE = field(LAYOUT, "size");
    private static final VarHandle FLAGS = field(LAYOUT, "flags");
    private static final VarHandle TYPE = field(LAYOUT, "type");
    private static final VarHandle DEV_ID = field(LAYOUT, "dev_id");
    private static final VarHandle HWPT_ID = field(LAYOUT, "hwpt_id");
    private static final VarHandle OUT_VIOMMU_ID = field(LAYOUT, "out_viommu_id");
    private static final VarHandle DATA_LEN = field(LAYOUT, "data_len");
    private static final VarHandle DATA_UPTR = field(LAYOUT, "data_uptr");

    /** Returns what to send for a type without data. */
    public static IommuViommuAlloc request(int type, int devId, int hwptId) {
        return new IommuViommuAlloc(0, type, devId, hwptId, 0, 0, 0);
    }

    /** Decodes the struct at the start of {@code segment}. */
    public static IommuViommuAlloc read(MemorySegment segment) {
        return new IommuViommuAlloc(
                (int) FLAGS.get(segment),
                (int) TYPE.get(segment),
                (int) DEV_ID.get(segment),
                (int) HWPT_ID.get(segment),
                (int) OUT_VIOMMU_ID.get(segment),
                (int) DATA_LEN.get(segment),
                (long) DATA_UPTR.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}, its size included. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        SIZE.set(segment, sizeOf(LAYOUT));
        FLAGS.set(segment, flags);
        TYPE.set(segment, type);
        DEV_ID.set(segment, devId);
        HWPT_ID.set(segment, hwptId);
        OUT_VIOMMU_ID.set(segment, outViommuId);
        DATA_LEN.set(segment, dataLen);
        DATA_UPTR.set(segment, dataUptr);
    }
}
