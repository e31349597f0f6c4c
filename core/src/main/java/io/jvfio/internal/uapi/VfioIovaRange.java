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
 * {@code struct vfio_iova_range} of {@code include/uapi/linux/vfio.h}, since Linux 5.4: a range of IOVAs.
 *
 * <p>Threads: immutable.
 *
 * @param start the first one
 * @param end the last one, inclusive
 */
public record VfioIovaRange(long start, long end) {
    /** The C layout. */
    public static final StructLayout LAYOUT = struct("vfio_iova_range", u64("start"), u64("end"));

    private static final VarHandle START = field(LAYOUT, "start");
    private static final VarHandle END = field(LAYOUT, "end");

    /** Decodes the struct at the start of {@code segment}. */
    public static VfioIovaRange read(MemorySegment segment) {
        return new VfioIovaRange((long) START.get(segment), (long) END.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        START.set(segment, start);
        END.set(segment, end);
    }
}
