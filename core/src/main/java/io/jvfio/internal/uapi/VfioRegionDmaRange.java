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
 * {@code struct vfio_region_dma_range} of {@code include/uapi/linux/vfio.h}, since Linux 6.19: a part of a region to
 * export.
 *
 * <p>Threads: immutable.
 *
 * @param offset from the start of the region, in bytes
 * @param length in bytes
 */
public record VfioRegionDmaRange(long offset, long length) {
    /** The C layout. */
    public static final StructLayout LAYOUT = struct("vfio_region_dma_range", u64("offset"), u64("length"));

    private static final VarHandle OFFSET = field(LAYOUT, "offset");
    private static final VarHandle LENGTH = field(LAYOUT, "length");

    /** Decodes the struct at the start of {@code segment}. */
    public static VfioRegionDmaRange read(MemorySegment segment) {
        return new VfioRegionDmaRange((long) OFFSET.get(segment), (long) LENGTH.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        OFFSET.set(segment, offset);
        LENGTH.set(segment, length);
    }
}
