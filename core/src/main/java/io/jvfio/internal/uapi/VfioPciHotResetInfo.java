// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.flexible;
import static io.jvfio.internal.uapi.CLayouts.u32;

import java.lang.foreign.MemorySegment;
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
    /** The C struct. */
    public static final Struct<VfioPciHotResetInfo> STRUCT = Struct.of(
            VfioPciHotResetInfo.class,
            u32("argsz", "flags", "count"),
            flexible("devices", VfioPciDependentDevice.STRUCT.layout()));

    /** Asks a device; out: all. {@code ENOSPC}: the count is right, the devices are not there. */
    public static final Ioctl VFIO_DEVICE_GET_PCI_HOT_RESET_INFO = Ioctl.vfio("VFIO_DEVICE_GET_PCI_HOT_RESET_INFO", 12);

    /** The devices have an iommufd device id instead of a group; since Linux 6.6. */
    public static final int VFIO_PCI_HOT_RESET_FLAG_DEV_ID = 1 << 0;

    /** The caller owns all of them; since Linux 6.6. */
    public static final int VFIO_PCI_HOT_RESET_FLAG_DEV_ID_OWNED = 1 << 1;

    /** The devices behind the fixed part. */
    public static final ArrayMember DEVICES = STRUCT.array("devices");

    /** Returns what to send; the segment it fills should have room for devices. */
    public static VfioPciHotResetInfo request() {
        return new VfioPciHotResetInfo(0, 0);
    }

    /** Whether the functions have ids of the caller's iommufd, not numbers of groups. */
    public boolean byDevid() {
        return (flags & VFIO_PCI_HOT_RESET_FLAG_DEV_ID) != 0;
    }

    /**
     * Returns the functions behind the fixed part.
     *
     * @param segment the buffer given to the ioctl
     * @throws MalformedStructException if the buffer is too short for all of them
     */
    public List<VfioPciDependentDevice> devices(MemorySegment segment) {
        return DEVICES.read(segment, count, VfioPciDependentDevice.STRUCT::read);
    }
}
