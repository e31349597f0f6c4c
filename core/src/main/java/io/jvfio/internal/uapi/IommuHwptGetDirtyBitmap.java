// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.sizeOf;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;
import static io.jvfio.internal.uapi.IommufdCommand.IOMMUFD_CMD_HWPT_GET_DIRTY_BITMAP;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

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
    /** The C layout. */
    public static final StructLayout LAYOUT = struct(
            "iommu_hwpt_get_dirty_bitmap",
            u32("size"),
            u32("hwpt_id"),
            u32("flags"),
            u32("__reserved"),
            u64("iova"),
            u64("length"),
            u64("page_size"),
            u64("data"));

    /** Asks; the bitmap is out. */
    public static final Ioctl IOMMU_HWPT_GET_DIRTY_BITMAP =
            Ioctl.iommufd("IOMMU_HWPT_GET_DIRTY_BITMAP", IOMMUFD_CMD_HWPT_GET_DIRTY_BITMAP);

    /** The next report will have the same pages. */
    public static final int IOMMU_HWPT_GET_DIRTY_BITMAP_NO_CLEAR = 1 << 0;

    private static final VarHandle SIZE = field(LAYOUT, "size");
    private static final VarHandle HWPT_ID = field(LAYOUT, "hwpt_id");
    private static final VarHandle FLAGS = field(LAYOUT, "flags");
    private static final VarHandle IOVA = field(LAYOUT, "iova");
    private static final VarHandle LENGTH = field(LAYOUT, "length");
    private static final VarHandle PAGE_SIZE = field(LAYOUT, "page_size");
    private static final VarHandle DATA = field(LAYOUT, "data");

    /** Decodes the struct at the start of {@code segment}. */
    public static IommuHwptGetDirtyBitmap read(MemorySegment segment) {
        return new IommuHwptGetDirtyBitmap(
                (int) HWPT_ID.get(segment),
                (int) FLAGS.get(segment),
                (long) IOVA.get(segment),
                (long) LENGTH.get(segment),
                (long) PAGE_SIZE.get(segment),
                (long) DATA.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}, its size included. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        SIZE.set(segment, sizeOf(LAYOUT));
        HWPT_ID.set(segment, hwptId);
        FLAGS.set(segment, flags);
        IOVA.set(segment, iova);
        LENGTH.set(segment, length);
        PAGE_SIZE.set(segment, pageSize);
        DATA.set(segment, data);
    }
}
