// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;

import io.jvfio.device.VfioPci;
import java.lang.foreign.MemorySegment;

/**
 * {@code struct vfio_region_info} of {@code include/uapi/linux/vfio.h}, since Linux 3.6: size, place and properties
 * of a region.
 *
 * <p>Threads: immutable.
 *
 * @param flags {@code VFIO_REGION_INFO_FLAG_}
 * @param index which region
 * @param capOffset the offset of the first capability, in bytes; only with {@code VFIO_REGION_INFO_FLAG_CAPS}
 * @param size in bytes, unsigned; 0 if the region is not there
 * @param offset where the region starts in the device descriptor, in bytes
 */
public record VfioRegionInfo(int flags, int index, int capOffset, long size, long offset) {
    /** The C struct. */
    public static final Struct<VfioRegionInfo> STRUCT =
            Struct.of(VfioRegionInfo.class, u32("argsz", "flags", "index", "cap_offset"), u64("size", "offset"));

    /** Asks a device; in: index; out: the rest. */
    public static final Ioctl VFIO_DEVICE_GET_REGION_INFO = Ioctl.vfio("VFIO_DEVICE_GET_REGION_INFO", 8);

    /** Returns what to send; the segment it fills may have room for capabilities. */
    public static VfioRegionInfo request(int index) {
        return new VfioRegionInfo(0, index, 0, 0, 0);
    }

    /**
     * Returns the capabilities that the kernel put behind the struct.
     *
     * @param segment the buffer given to the ioctl
     * @throws MalformedStructException if the buffer is too short for all of them, or the chain is broken
     */
    public InfoChain capabilities(MemorySegment segment) {
        return (flags & VfioPci.VFIO_REGION_INFO_FLAG_CAPS) == 0
                ? InfoChain.empty()
                : InfoChain.read(segment, STRUCT.byteSize(), capOffset);
    }
}
