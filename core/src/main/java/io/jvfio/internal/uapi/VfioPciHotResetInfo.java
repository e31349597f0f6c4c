// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.flexible;
import static io.jvfio.internal.uapi.CLayouts.sizeOf;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u32;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;
import java.util.List;

/**
 * {@code struct vfio_pci_hot_reset_info} of {@code include/uapi/linux/vfio.h}, since Linux 3.12: which functions a
 * hot reset would reset.
 *
 * <p>Threads: immutable.
 *
 * @param flags {@code VFIO_PCI_HOT_RESET_FLAG_}
 * @param count how many functions; more than the buffer has room for if the call failed with {@code ENOSPC}
 */
public record VfioPciHotResetInfo(int flags, int count) {
    /** The C layout. */
    public static final StructLayout LAYOUT = struct(
            "vfio_pci_hot_reset_info",
            u32("argsz"),
            u32("flags"),
            u32("count"),
            flexible("devices", VfioPciDependentDevice.LAYOUT));

    /** Asks a device; out: all. {@code ENOSPC}: the count is right, the devices are not there. */
    public static final Ioctl VFIO_DEVICE_GET_PCI_HOT_RESET_INFO = Ioctl.vfio("VFIO_DEVICE_GET_PCI_HOT_RESET_INFO", 12);

    /** The devices have an iommufd device id instead of a group; since Linux 6.6. */
    public static final int VFIO_PCI_HOT_RESET_FLAG_DEV_ID = 1 << 0;

    /** The caller owns all of them; since Linux 6.6. */
    public static final int VFIO_PCI_HOT_RESET_FLAG_DEV_ID_OWNED = 1 << 1;

    /** The devices behind the fixed part. */
    public static final ArrayMember DEVICES = ArrayMember.of(LAYOUT, "devices");

    private static final VarHandle ARGSZ = field(LAYOUT, "argsz");
    private static final VarHandle FLAGS = field(LAYOUT, "flags");
    private static final VarHandle COUNT = field(LAYOUT, "count");

    /** Returns what to send; the segment it fills should have room for devices. */
    public static VfioPciHotResetInfo request() {
        return new VfioPciHotResetInfo(0, 0);
    }

    /** Decodes the struct at the start of {@code segment}. */
    public static VfioPciHotResetInfo read(MemorySegment segment) {
        return new VfioPciHotResetInfo((int) FLAGS.get(segment), (int) COUNT.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}, the size being that of the segment. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        ARGSZ.set(segment, sizeOf(segment.byteSize()));
        FLAGS.set(segment, flags);
        COUNT.set(segment, count);
    }

    /**
     * Returns the functions behind the fixed part; the flags say how each is named.
     *
     * @param segment the buffer given to the ioctl
     * @throws MalformedStructException if the buffer is too short for all of them
     */
    public static List<VfioPciDependentDevice> devices(MemorySegment segment) {
        VfioPciHotResetInfo info = read(segment);
        boolean byDevid = (info.flags & VFIO_PCI_HOT_RESET_FLAG_DEV_ID) != 0;
        return DEVICES.read(segment, info.count, device -> VfioPciDependentDevice.read(device, byDevid));
    }
}
