// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.sizeOf;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;
import static io.jvfio.internal.uapi.IommufdCommand.IOMMUFD_CMD_HWPT_ALLOC;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

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
    /** The C layout. */
    public static final StructLayout LAYOUT = struct(
            "iommu_hwpt_alloc",
            u32("size"),
            u32("flags"),
            u32("dev_id"),
            u32("pt_id"),
            u32("out_hwpt_id"),
            u32("__reserved"),
            u32("data_type"),
            u32("data_len"),
            u64("data_uptr"),
            u32("fault_id"),
            u32("__reserved2"));

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

    private static final VarHandle SIZE = field(LAYOUT, "size");
    private static final VarHandle FLAGS = field(LAYOUT, "flags");
    private static final VarHandle DEV_ID = field(LAYOUT, "dev_id");
    private static final VarHandle PT_ID = field(LAYOUT, "pt_id");
    private static final VarHandle OUT_HWPT_ID = field(LAYOUT, "out_hwpt_id");
    private static final VarHandle DATA_TYPE = field(LAYOUT, "data_type");
    private static final VarHandle DATA_LEN = field(LAYOUT, "data_len");
    private static final VarHandle DATA_UPTR = field(LAYOUT, "data_uptr");
    private static final VarHandle FAULT_ID = field(LAYOUT, "fault_id");

    /** Returns what to send for a table without data and fault queue. */
    public static IommuHwptAlloc request(int flags, int devId, int ptId) {
        return new IommuHwptAlloc(flags, devId, ptId, 0, IOMMU_HWPT_DATA_NONE, 0, 0, 0);
    }

    /** Decodes the struct at the start of {@code segment}. */
    public static IommuHwptAlloc read(MemorySegment segment) {
        return new IommuHwptAlloc(
                (int) FLAGS.get(segment),
                (int) DEV_ID.get(segment),
                (int) PT_ID.get(segment),
                (int) OUT_HWPT_ID.get(segment),
                (int) DATA_TYPE.get(segment),
                (int) DATA_LEN.get(segment),
                (long) DATA_UPTR.get(segment),
                (int) FAULT_ID.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}, its size included. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        SIZE.set(segment, sizeOf(LAYOUT));
        FLAGS.set(segment, flags);
        DEV_ID.set(segment, devId);
        PT_ID.set(segment, ptId);
        OUT_HWPT_ID.set(segment, outHwptId);
        DATA_TYPE.set(segment, dataType);
        DATA_LEN.set(segment, dataLen);
        DATA_UPTR.set(segment, dataUptr);
        FAULT_ID.set(segment, faultId);
    }
}
