// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.s32;
import static io.jvfio.internal.uapi.CLayouts.sizeOf;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

/**
 * {@code struct vfio_device_ioeventfd} of {@code include/uapi/linux/vfio.h}, since Linux 4.17: has the kernel write
 * to a register when an eventfd is signalled.
 *
 * <p>Threads: immutable.
 *
 * @param flags the width, one of {@code VFIO_DEVICE_IOEVENTFD_8} to {@code _64}
 * @param offset of the register in the device descriptor, in bytes
 * @param data the value to write
 * @param fd the eventfd; -1 ends it
 */
public record VfioDeviceIoeventfd(int flags, long offset, long data, int fd) {
    /** The C layout. */
    public static final StructLayout LAYOUT = struct(
            "vfio_device_ioeventfd",
            u32("argsz"),
            u32("flags"),
            u64("offset"),
            u64("data"),
            s32("fd"),
            u32("reserved"));

    /** Sets up or ends one; in: all. */
    public static final Ioctl VFIO_DEVICE_IOEVENTFD = Ioctl.vfio("VFIO_DEVICE_IOEVENTFD", 16);

    /** One byte. */
    public static final int VFIO_DEVICE_IOEVENTFD_8 = 1 << 0;

    /** Two bytes. */
    public static final int VFIO_DEVICE_IOEVENTFD_16 = 1 << 1;

    /** Four bytes. */
    public static final int VFIO_DEVICE_IOEVENTFD_32 = 1 << 2;

    /** Eight bytes. */
    public static final int VFIO_DEVICE_IOEVENTFD_64 = 1 << 3;

    /** All widths. */
    public static final int VFIO_DEVICE_IOEVENTFD_SIZE_MASK = 0xf;

    private static final VarHandle ARGSZ = field(LAYOUT, "argsz");
    private static final VarHandle FLAGS = field(LAYOUT, "flags");
    private static final VarHandle OFFSET = field(LAYOUT, "offset");
    private static final VarHandle DATA = field(LAYOUT, "data");
    private static final VarHandle FD = field(LAYOUT, "fd");

    /** Decodes the struct at the start of {@code segment}. */
    public static VfioDeviceIoeventfd read(MemorySegment segment) {
        return new VfioDeviceIoeventfd(
                (int) FLAGS.get(segment), (long) OFFSET.get(segment), (long) DATA.get(segment), (int) FD.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}, its size included. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        ARGSZ.set(segment, sizeOf(LAYOUT));
        FLAGS.set(segment, flags);
        OFFSET.set(segment, offset);
        DATA.set(segment, data);
        FD.set(segment, fd);
    }
}
