// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.sizeOf;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;
import static io.jvfio.internal.uapi.IommufdCommand.IOMMUFD_CMD_IOAS_NOIOMMU_GET_PA;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

/**
 * {@code struct iommu_ioas_noiommu_get_pa} of {@code include/uapi/linux/iommufd.h}, since Linux 7.3: asks for the
 * physical address behind an IOVA, for devices without an IOMMU.
 *
 * <p>Threads: immutable.
 *
 * @param flags 0
 * @param ioasId of the IOAS
 * @param iova which address
 * @param length in: how many bytes are of interest at most; out: how many of them are contiguous
 * @param outPhys the physical address
 */
public record IommuIoasNoiommuGetPa(int flags, int ioasId, long iova, long length, long outPhys) {
    /** The C layout. */
    public static final StructLayout LAYOUT = struct(
            "iommu_ioas_noiommu_get_pa",
            u32("size"),
            u32("flags"),
            u32("ioas_id"),
            u32("__reserved"),
            u64("iova"),
            u64("length"),
            u64("out_phys"));

    /** Asks; out: length, address. */
    public static final Ioctl IOMMU_IOAS_NOIOMMU_GET_PA =
            Ioctl.iommufd("IOMMU_IOAS_NOIOMMU_GET_PA", IOMMUFD_CMD_IOAS_NOIOMMU_GET_PA);

    private static final VarHandle SIZE = field(LAYOUT, "size");
    private static final VarHandle FLAGS = field(LAYOUT, "flags");
    private static final VarHandle IOAS_ID = field(LAYOUT, "ioas_id");
    private static final VarHandle IOVA = field(LAYOUT, "iova");
    private static final VarHandle LENGTH = field(LAYOUT, "length");
    private static final VarHandle OUT_PHYS = field(LAYOUT, "out_phys");

    /**
     * Returns what to send.
     *
     * @param length how many bytes are of interest at most; Linux 7.3 refuses 0
     */
    public static IommuIoasNoiommuGetPa request(int ioasId, long iova, long length) {
        return new IommuIoasNoiommuGetPa(0, ioasId, iova, length, 0);
    }

    /** Decodes the struct at the start of {@code segment}. */
    public static IommuIoasNoiommuGetPa read(MemorySegment segment) {
        return new IommuIoasNoiommuGetPa(
                (int) FLAGS.get(segment),
                (int) IOAS_ID.get(segment),
                (long) IOVA.get(segment),
                (long) LENGTH.get(segment),
                (long) OUT_PHYS.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}, its size included. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        SIZE.set(segment, sizeOf(LAYOUT));
        FLAGS.set(segment, flags);
        IOAS_ID.set(segment, ioasId);
        IOVA.set(segment, iova);
        LENGTH.set(segment, length);
        OUT_PHYS.set(segment, outPhys);
    }
}
