// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.padding;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

/**
 * {@code struct vfio_iommu_type1_info_cap_migration} of {@code include/uapi/linux/vfio.h}, since Linux 5.8: how the
 * container records dirty pages.
 *
 * <p>Threads: immutable.
 *
 * @param header its id, its version, and where the next capability starts
 * @param flags 0
 * @param pgsizeBitmap the page sizes of a record, one bit each
 * @param maxDirtyBitmapSize the largest bitmap, in bytes
 */
public record VfioIommuType1InfoCapMigration(
        VfioInfoCapHeader header, int flags, long pgsizeBitmap, long maxDirtyBitmapSize) {
    /** The C layout. */
    public static final StructLayout LAYOUT = struct(
            "vfio_iommu_type1_info_cap_migration",
            VfioInfoCapHeader.LAYOUT.withName("header"),
            u32("flags"),
            padding(4),
            u64("pgsize_bitmap"),
            u64("max_dirty_bitmap_size"));

    private static final VarHandle FLAGS = field(LAYOUT, "flags");
    private static final VarHandle PGSIZE_BITMAP = field(LAYOUT, "pgsize_bitmap");
    private static final VarHandle MAX_DIRTY_BITMAP_SIZE = field(LAYOUT, "max_dirty_bitmap_size");

    /** Decodes the struct at the start of {@code segment}. */
    public static VfioIommuType1InfoCapMigration read(MemorySegment segment) {
        return new VfioIommuType1InfoCapMigration(
                VfioInfoCapHeader.read(segment), (int) FLAGS.get(segment), (long) PGSIZE_BITMAP.get(segment), (long)
                        MAX_DIRTY_BITMAP_SIZE.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        header.fill(segment);
        FLAGS.set(segment, flags);
        PGSIZE_BITMAP.set(segment, pgsizeBitmap);
        MAX_DIRTY_BITMAP_SIZE.set(segment, maxDirtyBitmapSize);
    }
}
