// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.u32;

import io.jvfio.device.VfioPci;
import java.lang.foreign.MemorySegment;

/**
 * {@code struct vfio_device_info} of {@code include/uapi/linux/vfio.h}, since Linux 3.6: what a device has.
 *
 * <p>Threads: immutable.
 *
 * @param flags {@code VFIO_DEVICE_FLAGS_}
 * @param numRegions how many region indexes there are
 * @param numIrqs how many interrupt indexes there are
 * @param capOffset the offset of the first capability, in bytes; only with {@code VFIO_DEVICE_FLAGS_CAPS}
 */
public record VfioDeviceInfo(int flags, int numRegions, int numIrqs, int capOffset) {
    /** The C struct. */
    public static final Struct<VfioDeviceInfo> STRUCT = Struct.grown(
            VfioDeviceInfo.class, 16, u32("argsz", "flags", "num_regions", "num_irqs", "cap_offset", "pad"));

    /** Asks a device; out: all. */
    public static final Ioctl VFIO_DEVICE_GET_INFO = Ioctl.vfio("VFIO_DEVICE_GET_INFO", 7);

    // Before Linux 5.10 the struct ended before cap_offset, as it still does in vfio-user without capabilities.
    // Before Linux 6.6 the struct had no padding, and a capability could start right behind cap_offset.
    private static final long FIXED_SIZE = 20;

    /** Returns what to send; the segment it fills may have room for capabilities. */
    public static VfioDeviceInfo request() {
        return new VfioDeviceInfo(0, 0, 0, 0);
    }

    /**
     * Returns the capabilities that the kernel put behind the struct.
     *
     * @param segment the buffer given to the ioctl
     * @throws MalformedStructException if the buffer is too short for all of them, or the chain is broken
     */
    public InfoChain capabilities(MemorySegment segment) {
        return (flags & VfioPci.VFIO_DEVICE_FLAGS_CAPS) == 0
                ? InfoChain.empty()
                : InfoChain.read(segment, FIXED_SIZE, capOffset);
    }
}
