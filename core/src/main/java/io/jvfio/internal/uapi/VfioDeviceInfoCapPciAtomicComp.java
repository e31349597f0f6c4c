// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u32;

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
    /** The C struct. */
    public static final Struct<VfioDeviceInfoCapPciAtomicComp> STRUCT = Struct.of(
            VfioDeviceInfoCapPciAtomicComp.class, struct("header", VfioInfoCapHeader.STRUCT), u32("flags", "reserved"));

    /** 32-bit AtomicOps. */
    public static final int VFIO_PCI_ATOMIC_COMP32 = 1 << 0;

    /** 64-bit AtomicOps. */
    public static final int VFIO_PCI_ATOMIC_COMP64 = 1 << 1;

    /** 128-bit compare and swap. */
    public static final int VFIO_PCI_ATOMIC_COMP128 = 1 << 2;
}
