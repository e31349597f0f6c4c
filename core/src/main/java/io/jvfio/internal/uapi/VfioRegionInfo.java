// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.sizeOf;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;

import io.jvfio.device.VfioPci;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

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
    /** The C layout. */
    public static final StructLayout LAYOUT = struct(
            "vfio_region_info",
            u32("argsz"),
            u32("flags"),
            u32("index"),
            u32("cap_offset"),
            u64("size"),
            u64("offset"));

    /** Asks a device; in: index; out: the rest. */
    public static final Ioctl VFIO_DEVICE_GET_REGION_INFO = Ioctl.vfio("VFIO_DEVICE_GET_REGION_INFO", 8);

    private static final VarHandle ARGSZ = field(LAYOUT, "argsz");
    private static final VarHandle FLAGS = field(LAYOUT, "flags");
    private static final VarHandle INDEX = field(LAYOUT, "index");
    private static final VarHandle CAP_OFFSET = field(LAYOUT, "cap_offset");
    private static final VarHandle SIZE = field(LAYOUT, "size");
    private static final VarHandle OFFSET = field(LAYOUT, "offset");

    /** Returns what to send; the segment it fills may have room for capabilities. */
    public static VfioRegionInfo request(int index) {
        return new VfioRegionInfo(0, index, 0, 0, 0);
    }

    /** Decodes the struct at the start of {@code segment}. */
    public static VfioRegionInfo read(MemorySegment segment) {
        return new VfioRegionInfo(
                (int) FLAGS.get(segment),
                (int) INDEX.get(segment),
                (int) CAP_OFFSET.get(segment),
                (long) SIZE.get(segment),
                (long) OFFSET.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}, the size being that of the segment. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        ARGSZ.set(segment, sizeOf(segment.byteSize()));
        FLAGS.set(segment, flags);
        INDEX.set(segment, index);
        CAP_OFFSET.set(segment, capOffset);
        SIZE.set(segment, size);
        OFFSET.set(segment, offset);
    }

    /**
     * Returns the capabilities that the kernel put behind the struct.
     *
     * @param segment the buffer given to the ioctl
     * @throws MalformedStructException if the buffer is too short for all of them, or the chain is broken
     */
    public static InfoChain capabilities(MemorySegment segment) {
        VfioRegionInfo info = read(segment);
        return (info.flags & VfioPci.VFIO_REGION_INFO_FLAG_CAPS) == 0
                ? InfoChain.empty()
                : InfoChain.read(segment, LAYOUT.byteSize(), info.capOffset);
    }
}
