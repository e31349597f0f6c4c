// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.flexible;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import io.jvfio.Hex;
import io.jvfio.device.VfioPci;
import java.lang.foreign.MemorySegment;

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
    /** The C struct. */
    public static final Struct<VfioIrqSet> STRUCT =
            Struct.of(VfioIrqSet.class, u32("argsz", "flags", "index", "start", "count"), flexible("data", JAVA_BYTE));

    /** Acts on vectors; in: all. The result may be how many vectors could be had. */
    public static final Ioctl VFIO_DEVICE_SET_IRQS = Ioctl.vfio("VFIO_DEVICE_SET_IRQS", 10);

    /** The data behind the fixed part, as bytes. */
    public static final ArrayMember DATA = STRUCT.array("data");

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
