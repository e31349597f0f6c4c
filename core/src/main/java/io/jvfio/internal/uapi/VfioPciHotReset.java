// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.flexible;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.util.List;

/**
 * {@code struct vfio_pci_hot_reset} of {@code include/uapi/linux/vfio.h}, since Linux 3.12: resets all functions of a
 * bus or slot.
 *
 * <p>Threads: immutable.
 *
 * @param flags 0
 * @param groupFds a descriptor of each affected group; empty if the device is bound to an iommufd
 */
public record VfioPciHotReset(int flags, List<Integer> groupFds) {
    /** The C struct. */
    public static final Struct<VfioPciHotReset> STRUCT =
            Struct.of(VfioPciHotReset.class, u32("argsz", "flags", "count"), flexible("group_fds", JAVA_INT));

    /** Resets; in: all. */
    public static final Ioctl VFIO_DEVICE_PCI_HOT_RESET = Ioctl.vfio("VFIO_DEVICE_PCI_HOT_RESET", 13);

    /** The descriptors behind the fixed part. */
    public static final ArrayMember GROUP_FDS = STRUCT.array("group_fds");

    /** Copies the list. */
    public VfioPciHotReset {
        groupFds = List.copyOf(groupFds);
    }

    /** Returns the size of the struct with its descriptors, in bytes. */
    public long byteSize() {
        return GROUP_FDS.structSize(groupFds.size());
    }
}
