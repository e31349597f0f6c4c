// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.sizeOf;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.zeroExtended;

import io.jvfio.device.VfioPci;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

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
    /** The C layout. */
    public static final StructLayout LAYOUT = struct(
            "vfio_device_info",
            u32("argsz"),
            u32("flags"),
            u32("num_regions"),
            u32("num_irqs"),
            u32("cap_offset"),
            u32("pad"));

    /** Asks a device; out: all. */
    public static final Ioctl VFIO_DEVICE_GET_INFO = Ioctl.vfio("VFIO_DEVICE_GET_INFO", 7);

    // Before Linux 5.10 the struct ended before cap_offset, as it still does in vfio-user without capabilities.
    private static final long FIRST_VERSION_SIZE = 16;

    // Before Linux 6.6 the struct had no padding, and a capability could start right behind cap_offset.
    private static final long FIXED_SIZE = 20;

    private static final VarHandle ARGSZ = field(LAYOUT, "argsz");
    private static final VarHandle FLAGS = field(LAYOUT, "flags");
    private static final VarHandle NUM_REGIONS = field(LAYOUT, "num_regions");
    private static final VarHandle NUM_IRQS = field(LAYOUT, "num_irqs");
    private static final VarHandle CAP_OFFSET = field(LAYOUT, "cap_offset");

    /** Returns what to send; the segment it fills may have room for capabilities. */
    public static VfioDeviceInfo request() {
        return new VfioDeviceInfo(0, 0, 0, 0);
    }

    /** Decodes a struct of any version; what an older one lacks is 0. */
    public static VfioDeviceInfo read(MemorySegment segment) {
        MemorySegment whole = zeroExtended(LAYOUT, segment, FIRST_VERSION_SIZE);
        return new VfioDeviceInfo((int) FLAGS.get(whole), (int) NUM_REGIONS.get(whole), (int) NUM_IRQS.get(whole), (int)
                CAP_OFFSET.get(whole));
    }

    /** Encodes the struct at the start of {@code segment}, the size being that of the segment. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        ARGSZ.set(segment, sizeOf(segment.byteSize()));
        FLAGS.set(segment, flags);
        NUM_REGIONS.set(segment, numRegions);
        NUM_IRQS.set(segment, numIrqs);
        CAP_OFFSET.set(segment, capOffset);
    }

    /**
     * Returns the capabilities that the kernel put behind the struct.
     *
     * @param segment the buffer given to the ioctl
     * @throws MalformedStructException if the buffer is too short for all of them, or the chain is broken
     */
    public static InfoChain capabilities(MemorySegment segment) {
        VfioDeviceInfo info = read(segment);
        return (info.flags & VfioPci.VFIO_DEVICE_FLAGS_CAPS) == 0
                ? InfoChain.empty()
                : InfoChain.read(segment, FIXED_SIZE, info.capOffset);
    }
}
