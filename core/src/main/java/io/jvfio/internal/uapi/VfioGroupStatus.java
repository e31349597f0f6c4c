// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.sizeOf;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u32;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

/**
 * {@code struct vfio_group_status} of {@code include/uapi/linux/vfio.h}, since Linux 3.6: whether a group can be
 * used.
 *
 * <p>Threads: immutable.
 *
 * @param flags {@code VFIO_GROUP_FLAGS_}
 */
public record VfioGroupStatus(int flags) {
    /** The C layout. */
    public static final StructLayout LAYOUT = struct("vfio_group_status", u32("argsz"), u32("flags"));

    /** Asks a group; out: flags. */
    public static final Ioctl VFIO_GROUP_GET_STATUS = Ioctl.vfio("VFIO_GROUP_GET_STATUS", 3);

    /** Every device of the group is bound to VFIO, to a harmless driver, or to none. */
    public static final int VFIO_GROUP_FLAGS_VIABLE = 1 << 0;

    /** The group is in a container. */
    public static final int VFIO_GROUP_FLAGS_CONTAINER_SET = 1 << 1;

    private static final VarHandle ARGSZ = field(LAYOUT, "argsz");
    private static final VarHandle FLAGS = field(LAYOUT, "flags");

    /** Returns what to send. */
    public static VfioGroupStatus request() {
        return new VfioGroupStatus(0);
    }

    /** Decodes the struct at the start of {@code segment}. */
    public static VfioGroupStatus read(MemorySegment segment) {
        return new VfioGroupStatus((int) FLAGS.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}, its size included. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        ARGSZ.set(segment, sizeOf(LAYOUT));
        FLAGS.set(segment, flags);
    }
}
