// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.inNativeOrder;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.toU16;
import static io.jvfio.internal.uapi.CLayouts.toU8;
import static io.jvfio.internal.uapi.CLayouts.u16;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;
import static io.jvfio.internal.uapi.CLayouts.u8;
import static io.jvfio.internal.uapi.CLayouts.zeroExtended;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * {@code struct vfio_device_info_cap_zpci_base} of {@code include/uapi/linux/vfio_zdev.h}, since Linux 5.10: a zPCI
 * function.
 *
 * <p>Threads: immutable.
 *
 * @param header its id, its version, and where the next capability starts
 * @param startDma the first DMA address of the function
 * @param endDma the last DMA address of the function, inclusive
 * @param pchid the physical channel id
 * @param vfn the virtual function number; 0 for a physical function
 * @param fmbLength of the function measurement block, in bytes
 * @param pft the function type
 * @param gid the id of the function group
 * @param fh the function handle; 0 before version 2 (Linux 6.0)
 * @param ccdfErrLength of an error record, in bytes; 0 before version 3 (Linux 7.3)
 */
public record VfioDeviceInfoCapZpciBase(
        VfioInfoCapHeader header,
        long startDma,
        long endDma,
        int pchid,
        int vfn,
        int fmbLength,
        int pft,
        int gid,
        int fh,
        int ccdfErrLength) {
    /** The C layout. */
    public static final StructLayout LAYOUT = struct(
            "vfio_device_info_cap_zpci_base",
            VfioInfoCapHeader.LAYOUT.withName("header"),
            u64("start_dma"),
            u64("end_dma"),
            u16("pchid"),
            u16("vfn"),
            u16("fmb_length"),
            u8("pft"),
            u8("gid"),
            u32("fh"),
            u32("ccdf_err_length"));

    private static final long FIRST_VERSION_SIZE = 32;

    private static final VarHandle START_DMA = field(LAYOUT, "start_dma");
    private static final VarHandle END_DMA = field(LAYOUT, "end_dma");
    private static final VarHandle PCHID = field(LAYOUT, "pchid");
    private static final VarHandle VFN = field(LAYOUT, "vfn");
    private static final VarHandle FMB_LENGTH = field(LAYOUT, "fmb_length");
    private static final VarHandle PFT = field(LAYOUT, "pft");
    private static final VarHandle GID = field(LAYOUT, "gid");
    private static final VarHandle FH = field(LAYOUT, "fh");
    private static final VarHandle CCDF_ERR_LENGTH = field(LAYOUT, "ccdf_err_length");

    /** Decodes a capability of any version; what an older one lacks is 0. */
    public static VfioDeviceInfoCapZpciBase read(MemorySegment segment) {
        return read(segment, ByteOrder.nativeOrder());
    }

    /**
     * Decodes a capability of any version; what an older one lacks is 0.
     *
     * @param order the byte order of the machine that wrote it, which a dump may have from another one
     */
    public static VfioDeviceInfoCapZpciBase read(MemorySegment segment, ByteOrder order) {
        MemorySegment whole = inNativeOrder(LAYOUT, zeroExtended(LAYOUT, segment, FIRST_VERSION_SIZE), order);
        return new VfioDeviceInfoCapZpciBase(
                VfioInfoCapHeader.read(whole),
                (long) START_DMA.get(whole),
                (long) END_DMA.get(whole),
                Short.toUnsignedInt((short) PCHID.get(whole)),
                Short.toUnsignedInt((short) VFN.get(whole)),
                Short.toUnsignedInt((short) FMB_LENGTH.get(whole)),
                Byte.toUnsignedInt((byte) PFT.get(whole)),
                Byte.toUnsignedInt((byte) GID.get(whole)),
                (int) FH.get(whole),
                (int) CCDF_ERR_LENGTH.get(whole));
    }

    /** Encodes the struct at the start of {@code segment}. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        header.fill(segment);
        START_DMA.set(segment, startDma);
        END_DMA.set(segment, endDma);
        PCHID.set(segment, toU16(pchid));
        VFN.set(segment, toU16(vfn));
        FMB_LENGTH.set(segment, toU16(fmbLength));
        PFT.set(segment, toU8(pft));
        GID.set(segment, toU8(gid));
        FH.set(segment, fh);
        CCDF_ERR_LENGTH.set(segment, ccdfErrLength);
    }
}
