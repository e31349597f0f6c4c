// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u32;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

/**
 * {@code struct vfio_device_info_cap_pci_atomic_comp} of {@code include/uapi/linux/vfio.h}, since Linux 6.5: the
 * AtomicOps that the root port above the device completes.
 *
 * <p>Threads: immutable.
 *
 * @param header its id, its version, and where the next capability starts
 * @param flags {@code VFIO_PCI_ATOMIC_COMP}
 */
public record VfioDeviceInfoCapPciAtomicComp(VfioInfoCapHeader header, int flags) {
    /** The C layout. */
    public static final StructLayout LAYOUT = struct(
            "vfio_device_info_cap_pci_atomic_comp",
            VfioInfoCapHeader.LAYOUT.withName("header"),
            u32("flags"),
            u32("reserved"));

    /** 32-bit AtomicOps. */
    public static final int VFIO_PCI_ATOMIC_COMP32 = 1 << 0;

    /** 64-bit AtomicOps. */
    public static final int VFIO_PCI_ATOMIC_COMP64 = 1 << 1;

    /** 128-bit compare and swap. */
    public static final int VFIO_PCI_ATOMIC_COMP128 = 1 << 2;

    private static final VarHandle FLAGS = field(LAYOUT, "flags");

    /** Decodes the struct at the start of {@code segment}. */
    public static VfioDeviceInfoCapPciAtomicComp read(MemorySegment segment) {
        return new VfioDeviceInfoCapPciAtomicComp(VfioInfoCapHeader.read(segment), (int) FLAGS.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        header.fill(segment);
        FLAGS.set(segment, flags);
    }
}
