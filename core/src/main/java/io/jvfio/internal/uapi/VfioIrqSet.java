// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.flexible;
import static io.jvfio.internal.uapi.CLayouts.sizeOf;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import io.jvfio.Hex;
import io.jvfio.device.VfioPci;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

/**
 * {@code struct vfio_irq_set} of {@code include/uapi/linux/vfio.h}, since Linux 3.6: an action on a range of the
 * vectors of an interrupt index.
 *
 * <p>Threads: immutable.
 *
 * @param flags one of {@code VFIO_IRQ_SET_DATA_} and one of {@code VFIO_IRQ_SET_ACTION_}
 * @param index which interrupt index
 * @param start the first vector
 * @param count how many vectors; 0 with NONE and TRIGGER disables the index
 */
public record VfioIrqSet(int flags, int index, int start, int count) {
    /** The C layout. */
    public static final StructLayout LAYOUT = struct(
            "vfio_irq_set",
            u32("argsz"),
            u32("flags"),
            u32("index"),
            u32("start"),
            u32("count"),
            flexible("data", JAVA_BYTE));

    /** Acts on vectors; in: all. The result may be how many vectors could be had. */
    public static final Ioctl VFIO_DEVICE_SET_IRQS = Ioctl.vfio("VFIO_DEVICE_SET_IRQS", 10);

    /** The data behind the fixed part, as bytes. */
    public static final ArrayMember DATA = ArrayMember.of(LAYOUT, "data");

    private static final VarHandle ARGSZ = field(LAYOUT, "argsz");
    private static final VarHandle FLAGS = field(LAYOUT, "flags");
    private static final VarHandle INDEX = field(LAYOUT, "index");
    private static final VarHandle START = field(LAYOUT, "start");
    private static final VarHandle COUNT = field(LAYOUT, "count");

    /** Decodes the struct at the start of {@code segment}. */
    public static VfioIrqSet read(MemorySegment segment) {
        return new VfioIrqSet(
                (int) FLAGS.get(segment), (int) INDEX.get(segment), (int) START.get(segment), (int) COUNT.get(segment));
    }

    /**
     * Encodes the fixed part at the start of {@code segment}, its size included; {@link #fillBool} or {@link
     * #fillEventfd} adds the data.
     */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        ARGSZ.set(segment, sizeOf(byteSize()));
        FLAGS.set(segment, flags);
        INDEX.set(segment, index);
        START.set(segment, start);
        COUNT.set(segment, count);
    }

    /**
     * Returns the size of the struct with its data, in bytes.
     *
     * @throws IllegalArgumentException if the flags do not name exactly one kind of data
     */
    public long byteSize() {
        return DATA.structSize(Math.multiplyExact(Integer.toUnsignedLong(count), elementSize()));
    }

    private long elementSize() {
        return switch (flags & VfioPci.VFIO_IRQ_SET_DATA_TYPE_MASK) {
            case VfioPci.VFIO_IRQ_SET_DATA_NONE -> 0;
            case VfioPci.VFIO_IRQ_SET_DATA_BOOL -> 1;
            case VfioPci.VFIO_IRQ_SET_DATA_EVENTFD -> Integer.BYTES;
            default ->
                throw new IllegalArgumentException(
                        "VFIO_IRQ_SET flags " + Hex.of(flags) + " do not name one kind of data");
        };
    }

    /** Says whether the action is for vector {@code start + i}, under {@code VFIO_IRQ_SET_DATA_BOOL}. */
    public static void fillBool(MemorySegment segment, int i, boolean value) {
        DATA.tail(segment).set(JAVA_BYTE, i, (byte) (value ? 1 : 0));
    }

    /** Gives vector {@code start + i} an eventfd, -1 for none, under {@code VFIO_IRQ_SET_DATA_EVENTFD}. */
    public static void fillEventfd(MemorySegment segment, int i, int fd) {
        DATA.tail(segment).set(JAVA_INT_UNALIGNED, (long) i * Integer.BYTES, fd);
    }

    /** Returns what {@link #fillBool} wrote. */
    public static boolean readBool(MemorySegment segment, int i) {
        return DATA.tail(segment).get(JAVA_BYTE, i) != 0;
    }

    /** Returns what {@link #fillEventfd} wrote. */
    public static int readEventfd(MemorySegment segment, int i) {
        return DATA.tail(segment).get(JAVA_INT_UNALIGNED, (long) i * Integer.BYTES);
    }
}
