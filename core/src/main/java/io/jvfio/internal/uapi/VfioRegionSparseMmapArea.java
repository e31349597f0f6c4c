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
 * {@code struct vfio_region_sparse_mmap_area} of {@code include/uapi/linux/vfio.h}, since Linux 4.6: a part of a
 * region that can be mapped.
 *
 * <p>Threads: immutable.
 *
 * @param offset from the start of the region, in bytes, unsigned
 * @param size in bytes, unsigned
 */
public record VfioRegionSparseMmapArea(long offset, long size) {
    /** The C layout. */
    public static final StructLayout LAYOUT = struct("vfio_region_sparse_mmap_area", u64("offset"), u64("size"));

    private static final VarHandle OFFSET = field(LAYOUT, "offset");
    private static final VarHandle SIZE = field(LAYOUT, "size");

    /** Decodes the struct at the start of {@code segment}. */
    public static VfioRegionSparseMmapArea read(MemorySegment segment) {
        return new VfioRegionSparseMmapArea((long) OFFSET.get(segment), (long) SIZE.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        OFFSET.set(segment, offset);
        SIZE.set(segment, size);
    }
}
