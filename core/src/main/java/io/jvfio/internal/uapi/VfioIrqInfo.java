// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.u32;

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
    /** The C struct. */
    public static final Struct<VfioIrqInfo> STRUCT =
            Struct.of(VfioIrqInfo.class, u32("argsz", "flags", "index", "count"));

    /** Asks a device; in: index; out: flags, count. */
    public static final Ioctl VFIO_DEVICE_GET_IRQ_INFO = Ioctl.vfio("VFIO_DEVICE_GET_IRQ_INFO", 9);

    /** Returns what to send. */
    public static VfioIrqInfo request(int index) {
        return new VfioIrqInfo(0, index, 0);
    }
}
