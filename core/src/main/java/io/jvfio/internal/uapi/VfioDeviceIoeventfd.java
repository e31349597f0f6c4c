// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.s32;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;

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
    /** The C struct. */
    public static final Struct<VfioDeviceIoeventfd> STRUCT = Struct.of(
            VfioDeviceIoeventfd.class, u32("argsz", "flags"), u64("offset", "data"), s32("fd"), u32("reserved"));

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
}
