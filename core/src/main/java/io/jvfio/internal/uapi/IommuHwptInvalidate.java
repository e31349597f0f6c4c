// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.sizeOf;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;
import static io.jvfio.internal.uapi.IommufdCommand.IOMMUFD_CMD_HWPT_INVALIDATE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

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
    /** The C layout. */
    public static final StructLayout LAYOUT = struct(
            "iommu_hwpt_invalidate",
            u32("size"),
            u32("hwpt_id"),
            u64("data_uptr"),
            u32("data_type"),
            u32("entry_len"),
            u32("entry_num"),
            u32("__reserved"));

    /** Invalidates; out: how many. */
    public static final Ioctl IOMMU_HWPT_INVALIDATE =
            Ioctl.iommufd("IOMMU_HWPT_INVALIDATE", IOMMUFD_CMD_HWPT_INVALIDATE);

    /** {@link IommuHwptVtdS1Invalidate}. */
    public static final int IOMMU_HWPT_INVALIDATE_DATA_VTD_S1 = 0;

    /** {@link IommuViommuArmSmmuv3Invalidate}; since Linux 6.13. */
    public static final int IOMMU_VIOMMU_INVALIDATE_DATA_ARM_SMMUV3 = 1;

    private static final VarHandle SIZE = field(LAYOUT, "size");
    private static final VarHandle HWPT_ID = field(LAYOUT, "hwpt_id");
    private static final VarHandle DATA_UPTR = field(LAYOUT, "data_uptr");
    private static final VarHandle DATA_TYPE = field(LAYOUT, "data_type");
    private static final VarHandle ENTRY_LEN = field(LAYOUT, "entry_len");
    private static final VarHandle ENTRY_NUM = field(LAYOUT, "entry_num");

    /** Decodes the struct at the start of {@code segment}. */
    public static IommuHwptInvalidate read(MemorySegment segment) {
        return new IommuHwptInvalidate(
                (int) HWPT_ID.get(segment),
                (long) DATA_UPTR.get(segment),
                (int) DATA_TYPE.get(segment),
                (int) ENTRY_LEN.get(segment),
                (int) ENTRY_NUM.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}, its size included. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        SIZE.set(segment, sizeOf(LAYOUT));
        HWPT_ID.set(segment, hwptId);
        DATA_UPTR.set(segment, dataUptr);
        DATA_TYPE.set(segment, dataType);
        ENTRY_LEN.set(segment, entryLen);
        ENTRY_NUM.set(segment, entryNum);
    }
}
