// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;

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
    /** The C struct. */
    public static final Struct<VfioPrecopyInfo> STRUCT =
            Struct.of(VfioPrecopyInfo.class, u32("argsz", "flags"), u64("initial_bytes", "dirty_bytes"));

    /** Asks the data descriptor, not the device; out: all. */
    public static final Ioctl VFIO_MIG_GET_PRECOPY_INFO = Ioctl.vfio("VFIO_MIG_GET_PRECOPY_INFO", 21);

    /** There is new initial data; only after {@code VFIO_DEVICE_FEATURE_MIG_PRECOPY_INFOv2}. */
    public static final int VFIO_PRECOPY_INFO_REINIT = 1 << 0;

    /** Returns what to send. */
    public static VfioPrecopyInfo request() {
        return new VfioPrecopyInfo(0, 0, 0);
    }
}
