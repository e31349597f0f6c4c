// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.toU16;
import static io.jvfio.internal.uapi.CLayouts.toU8;
import static io.jvfio.internal.uapi.CLayouts.u16;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u8;
import static io.jvfio.internal.uapi.CLayouts.union;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

/**
 * {@code struct vfio_pci_dependent_device} of {@code include/uapi/linux/vfio.h}, since Linux 3.12: a function that a hot
 * reset would reset, too.
 *
 * <p>Threads: immutable.
 *
 * @param byDevid whether the id is an iommufd's; {@link VfioPciHotResetInfo} has the flag that says so
 * @param id the group's or the device's id
 * @param segment the PCI domain, its low 16 bits
 * @param bus the bus number
 * @param devfn device in bits 7 to 3, function in bits 2 to 0
 */
public record VfioPciDependentDevice(boolean byDevid, int id, int segment, int bus, int devfn) {
    /** The C layout. */
    public static final StructLayout LAYOUT = struct(
            "vfio_pci_dependent_device", union(u32("group_id"), u32("devid")), u16("segment"), u8("bus"), u8("devfn"));

    /** A {@link #devid} of a function that the caller owns and that has no id of its own. */
    public static final int VFIO_PCI_DEVID_OWNED = 0;

    /** A {@link #devid} of a function that the caller does not own: a hot reset will be refused. */
    public static final int VFIO_PCI_DEVID_NOT_OWNED = -1;

    private static final VarHandle GROUP_ID = field(LAYOUT, "group_id");
    private static final VarHandle DEVID = field(LAYOUT, "devid");
    private static final VarHandle SEGMENT = field(LAYOUT, "segment");
    private static final VarHandle BUS = field(LAYOUT, "bus");
    private static final VarHandle DEVFN = field(LAYOUT, "devfn");

    /** Decodes the struct at the start of {@code segment}, the union as {@code byDevid} says. */
    public static VfioPciDependentDevice read(MemorySegment segment, boolean byDevid) {
        return new VfioPciDependentDevice(
                byDevid,
                byDevid ? (int) DEVID.get(segment) : (int) GROUP_ID.get(segment),
                Short.toUnsignedInt((short) SEGMENT.get(segment)),
                Byte.toUnsignedInt((byte) BUS.get(segment)),
                Byte.toUnsignedInt((byte) DEVFN.get(segment)));
    }

    /** Encodes the struct at the start of {@code target}. */
    public void fill(MemorySegment target) {
        clear(LAYOUT, target);
        (byDevid ? DEVID : GROUP_ID).set(target, id);
        SEGMENT.set(target, toU16(segment));
        BUS.set(target, toU8(bus));
        DEVFN.set(target, toU8(devfn));
    }

    /**
     * Returns the number of the function's IOMMU group.
     *
     * @throws IllegalStateException if it was reported by iommufd id
     */
    public int groupId() {
        return idIf(!byDevid);
    }

    /**
     * Returns the function's id in the caller's iommufd, {@link #VFIO_PCI_DEVID_OWNED} or
     * {@link #VFIO_PCI_DEVID_NOT_OWNED}.
     *
     * @throws IllegalStateException if it was reported by group
     */
    public int devid() {
        return idIf(byDevid);
    }

    private int idIf(boolean known) {
        if (!known) {
            throw new IllegalStateException(this + " is named by " + (byDevid ? "iommufd id" : "group"));
        }
        return id;
    }
}
