// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u64;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

/**
 * {@code struct vfio_iommu_type1_dirty_bitmap_get} of {@code include/uapi/linux/vfio.h}, since Linux 5.8: which range
 * to report.
 *
 * <p>Threads: immutable.
 *
 * @param iova where the range starts
 * @param size of the range, in bytes
 * @param bitmap where the report goes
 */
public record VfioIommuType1DirtyBitmapGet(long iova, long size, VfioBitmap bitmap) {
    /** The C layout. */
    public static final StructLayout LAYOUT =
            struct("vfio_iommu_type1_dirty_bitmap_get", u64("iova"), u64("size"), VfioBitmap.LAYOUT.withName("bitmap"));

    private static final CLayouts.Member BITMAP = CLayouts.member(LAYOUT, "bitmap");
    private static final VarHandle IOVA = field(LAYOUT, "iova");
    private static final VarHandle SIZE = field(LAYOUT, "size");

    /** Decodes the struct at the start of {@code segment}. */
    public static VfioIommuType1DirtyBitmapGet read(MemorySegment segment) {
        return new VfioIommuType1DirtyBitmapGet(
                (long) IOVA.get(segment), (long) SIZE.get(segment), VfioBitmap.read(BITMAP.of(segment)));
    }

    /** Encodes the struct at the start of {@code segment}. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        IOVA.set(segment, iova);
        SIZE.set(segment, size);
        bitmap.fill(BITMAP.of(segment));
    }
}
