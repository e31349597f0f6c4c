// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.sizeOf;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

/**
 * {@code struct vfio_precopy_info} of {@code include/uapi/linux/vfio.h}, since Linux 6.2: how much migration data is
 * left to read in PRE_COPY.
 *
 * <p>Threads: immutable.
 *
 * @param flags {@code VFIO_PRECOPY_INFO_}
 * @param initialBytes what is left of the data that should be read before the device stops
 * @param dirtyBytes what has changed since it was read
 */
public record VfioPrecopyInfo(int flags, long initialBytes, long dirtyBytes) {
    /** The C layout. */
    public static final StructLayout LAYOUT =
            struct("vfio_precopy_info", u32("argsz"), u32("flags"), u64("initial_bytes"), u64("dirty_bytes"));

    /** Asks the data descriptor, not the device; out: all. */
    public static final Ioctl VFIO_MIG_GET_PRECOPY_INFO = Ioctl.vfio("VFIO_MIG_GET_PRECOPY_INFO", 21);

    /** There is new initial data; only after {@code VFIO_DEVICE_FEATURE_MIG_PRECOPY_INFOv2}. */
    public static final int VFIO_PRECOPY_INFO_REINIT = 1 << 0;

    private static final VarHandle ARGSZ = field(LAYOUT, "argsz");
    private static final VarHandle FLAGS = field(LAYOUT, "flags");
    private static final VarHandle INITIAL_BYTES = field(LAYOUT, "initial_bytes");
    private static final VarHandle DIRTY_BYTES = field(LAYOUT, "dirty_bytes");

    /** Returns what to send. */
    public static VfioPrecopyInfo request() {
        return new VfioPrecopyInfo(0, 0, 0);
    }

    /** Decodes the struct at the start of {@code segment}. */
    public static VfioPrecopyInfo read(MemorySegment segment) {
        return new VfioPrecopyInfo(
                (int) FLAGS.get(segment), (long) INITIAL_BYTES.get(segment), (long) DIRTY_BYTES.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}, its size included. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        ARGSZ.set(segment, sizeOf(LAYOUT));
        FLAGS.set(segment, flags);
        INITIAL_BYTES.set(segment, initialBytes);
        DIRTY_BYTES.set(segment, dirtyBytes);
    }
}
