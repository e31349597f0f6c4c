// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.inNativeOrder;
import static io.jvfio.internal.uapi.CLayouts.padding;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.toU16;
import static io.jvfio.internal.uapi.CLayouts.toU8;
import static io.jvfio.internal.uapi.CLayouts.u16;
import static io.jvfio.internal.uapi.CLayouts.u64;
import static io.jvfio.internal.uapi.CLayouts.u8;
import static io.jvfio.internal.uapi.CLayouts.zeroExtended;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * {@code struct vfio_device_info_cap_zpci_group} of {@code include/uapi/linux/vfio_zdev.h}, since Linux 5.10: the
 * group of a zPCI function.
 *
 * <p>Threads: immutable.
 *
 * @param header its id, its version, and where the next capability starts
 * @param dasm the DMA address space mask
 * @param msiAddr the address of MSIs
 * @param flags {@code VFIO_DEVICE_INFO_ZPCI_FLAG_}
 * @param mui the measurement block update interval, in milliseconds
 * @param noi the largest number of interrupts
 * @param maxstbl the longest store block through the kernel, in bytes
 * @param version the version of the function group, a speed class
 * @param imaxstbl the longest store block through interpretation, in bytes; 0 before version 2 (Linux 6.0)
 */
public record VfioDeviceInfoCapZpciGroup(
        VfioInfoCapHeader header,
        long dasm,
        long msiAddr,
        long flags,
        int mui,
        int noi,
        int maxstbl,
        int version,
        int imaxstbl) {
    /** The C layout. */
    public static final StructLayout LAYOUT = struct(
            "vfio_device_info_cap_zpci_group",
            VfioInfoCapHeader.LAYOUT.withName("header"),
            u64("dasm"),
            u64("msi_addr"),
            u64("flags"),
            u16("mui"),
            u16("noi"),
            u16("maxstbl"),
            u8("version"),
            u8("reserved"),
            u16("imaxstbl"),
            padding(6));

    /** The guest should flush after it changes translations. */
    public static final long VFIO_DEVICE_INFO_ZPCI_FLAG_REFRESH = 1 << 0;

    private static final long FIRST_VERSION_SIZE = 40;

    private static final VarHandle DASM = field(LAYOUT, "dasm");
    private static final VarHandle MSI_ADDR = field(LAYOUT, "msi_addr");
    private static final VarHandle FLAGS = field(LAYOUT, "flags");
    private static final VarHandle MUI = field(LAYOUT, "mui");
    private static final VarHandle NOI = field(LAYOUT, "noi");
    private static final VarHandle MAXSTBL = field(LAYOUT, "maxstbl");
    private static final VarHandle VERSION = field(LAYOUT, "version");
    private static final VarHandle IMAXSTBL = field(LAYOUT, "imaxstbl");

    /** Decodes a capability of any version; what an older one lacks is 0. */
    public static VfioDeviceInfoCapZpciGroup read(MemorySegment segment) {
        return read(segment, ByteOrder.nativeOrder());
    }

    /**
     * Decodes a capability of any version; what an older one lacks is 0.
     *
     * @param order the byte order of the machine that wrote it, which a dump may have from another one
     */
    public static VfioDeviceInfoCapZpciGroup read(MemorySegment segment, ByteOrder order) {
        MemorySegment whole = inNativeOrder(LAYOUT, zeroExtended(LAYOUT, segment, FIRST_VERSION_SIZE), order);
        return new VfioDeviceInfoCapZpciGroup(
                VfioInfoCapHeader.read(whole),
                (long) DASM.get(whole),
                (long) MSI_ADDR.get(whole),
                (long) FLAGS.get(whole),
                Short.toUnsignedInt((short) MUI.get(whole)),
                Short.toUnsignedInt((short) NOI.get(whole)),
                Short.toUnsignedInt((short) MAXSTBL.get(whole)),
                Byte.toUnsignedInt((byte) VERSION.get(whole)),
                Short.toUnsignedInt((short) IMAXSTBL.get(whole)));
    }

    /** Encodes the struct at the start of {@code segment}. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        header.fill(segment);
        DASM.set(segment, dasm);
        MSI_ADDR.set(segment, msiAddr);
        FLAGS.set(segment, flags);
        MUI.set(segment, toU16(mui));
        NOI.set(segment, toU16(noi));
        MAXSTBL.set(segment, toU16(maxstbl));
        VERSION.set(segment, toU8(version));
        IMAXSTBL.set(segment, toU16(imaxstbl));
    }
}
