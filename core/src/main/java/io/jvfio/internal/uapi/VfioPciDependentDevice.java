// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.u16;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u8;
import static io.jvfio.internal.uapi.CLayouts.union;

/**
 * {@code struct vfio_pci_dependent_device} of {@code include/uapi/linux/vfio.h}, since Linux 3.12: a function that a hot
 * reset would reset, too.
 *
 * <p>Threads: immutable.
 *
 * @param id the number of its group, or its id in the caller's iommufd, as {@link VfioPciHotResetInfo#byDevid} says
 * @param segment the PCI domain, its low 16 bits
 * @param bus the bus number
 * @param devfn device in bits 7 to 3, function in bits 2 to 0
 */
public record VfioPciDependentDevice(int id, int segment, int bus, int devfn) {
    /** The C struct. */
    public static final Struct<VfioPciDependentDevice> STRUCT = Struct.of(
            VfioPciDependentDevice.class, union("id", u32("group_id", "devid")), u16("segment"), u8("bus", "devfn"));

    /** An {@link #id} of a function that the caller owns and that has no id of its own. */
    public static final int VFIO_PCI_DEVID_OWNED = 0;

    /** An {@link #id} of a function that the caller does not own: a hot reset will be refused. */
    public static final int VFIO_PCI_DEVID_NOT_OWNED = -1;
}
