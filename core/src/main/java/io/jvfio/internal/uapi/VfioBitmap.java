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
 * {@code struct vfio_bitmap} of {@code include/uapi/linux/vfio.h}, since Linux 5.8: a bitmap of pages.
 *
 * <p>Threads: immutable.
 *
 * @param pgsize of a bit, in bytes
 * @param size of the bitmap, in bytes, a multiple of eight
 * @param data the address of the bitmap
 */
public record VfioBitmap(long pgsize, long size, long data) {
    /** The C layout. */
    public static final StructLayout LAYOUT = struct("vfio_bitmap", u64("pgsize"), u64("size"), u64("data"));

    private static final VarHandle PGSIZE = field(LAYOUT, "pgsize");
    private static final VarHandle SIZE = field(LAYOUT, "size");
    private static final VarHandle DATA = field(LAYOUT, "data");

    /** Decodes the struct at the start of {@code segment}. */
    public static VfioBitmap read(MemorySegment segment) {
        return new VfioBitmap((long) PGSIZE.get(segment), (long) SIZE.get(segment), (long) DATA.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        PGSIZE.set(segment, pgsize);
        SIZE.set(segment, size);
        DATA.set(segment, data);
    }
}
