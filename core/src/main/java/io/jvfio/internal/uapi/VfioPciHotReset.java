// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.flexible;
import static io.jvfio.internal.uapi.CLayouts.sizeOf;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;
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
    /** The C layout. */
    public static final StructLayout LAYOUT =
            struct("vfio_pci_hot_reset", u32("argsz"), u32("flags"), u32("count"), flexible("group_fds", JAVA_INT));

    /** Resets; in: all. */
    public static final Ioctl VFIO_DEVICE_PCI_HOT_RESET = Ioctl.vfio("VFIO_DEVICE_PCI_HOT_RESET", 13);

    /** The descriptors behind the fixed part. */
    public static final ArrayMember GROUP_FDS = ArrayMember.of(LAYOUT, "group_fds");

    private static final VarHandle ARGSZ = field(LAYOUT, "argsz");
    private static final VarHandle FLAGS = field(LAYOUT, "flags");
    private static final VarHandle COUNT = field(LAYOUT, "count");

    /** Copies the list. */
    public VfioPciHotReset {
        groupFds = List.copyOf(groupFds);
    }

    /** Decodes the struct at the start of {@code segment}. */
    public static VfioPciHotReset read(MemorySegment segment) {
        return new VfioPciHotReset(
                (int) FLAGS.get(segment), GROUP_FDS.read(segment, (int) COUNT.get(segment), CLayouts::int32));
    }

    /** Encodes the struct at the start of {@code segment}, its size included. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        ARGSZ.set(segment, sizeOf(byteSize()));
        FLAGS.set(segment, flags);
        COUNT.set(segment, groupFds.size());
        GROUP_FDS.fill(segment, groupFds, CLayouts::int32);
    }

    /** Returns the size of the struct with its descriptors, in bytes. */
    public long byteSize() {
        return GROUP_FDS.structSize(groupFds.size());
    }
}
