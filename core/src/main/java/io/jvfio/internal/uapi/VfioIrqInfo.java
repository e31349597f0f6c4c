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
 * {@code struct vfio_irq_info} of {@code include/uapi/linux/vfio.h}, since Linux 3.6: what an interrupt index can do.
 *
 * <p>Threads: immutable.
 *
 * @param flags {@code VFIO_IRQ_INFO_}
 * @param index which interrupt index
 * @param count how many vectors it has; 0 if it is not there
 */
public record VfioIrqInfo(int flags, int index, int count) {
    /** The C layout. */
    public static final StructLayout LAYOUT =
            struct("vfio_irq_info", u32("argsz"), u32("flags"), u32("index"), u32("count"));

    /** Asks a device; in: index; out: flags, count. */
    public static final Ioctl VFIO_DEVICE_GET_IRQ_INFO = Ioctl.vfio("VFIO_DEVICE_GET_IRQ_INFO", 9);

    private static final VarHandle ARGSZ = field(LAYOUT, "argsz");
    private static final VarHandle FLAGS = field(LAYOUT, "flags");
    private static final VarHandle INDEX = field(LAYOUT, "index");
    private static final VarHandle COUNT = field(LAYOUT, "count");

    /** Returns what to send. */
    public static VfioIrqInfo request(int index) {
        return new VfioIrqInfo(0, index, 0);
    }

    /** Decodes the struct at the start of {@code segment}. */
    public static VfioIrqInfo read(MemorySegment segment) {
        return new VfioIrqInfo((int) FLAGS.get(segment), (int) INDEX.get(segment), (int) COUNT.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}, its size included. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        ARGSZ.set(segment, sizeOf(LAYOUT));
        FLAGS.set(segment, flags);
        INDEX.set(segment, index);
        COUNT.set(segment, count);
    }
}
