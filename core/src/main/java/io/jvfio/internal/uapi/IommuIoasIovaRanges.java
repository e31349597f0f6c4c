// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.sizeOf;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;
import static io.jvfio.internal.uapi.IommufdCommand.IOMMUFD_CMD_IOAS_IOVA_RANGES;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

/**
 * {@code struct iommu_ioas_iova_ranges} of {@code include/uapi/linux/iommufd.h}, since Linux 6.2: asks which IOVAs
 * can be mapped.
 *
 * <p>Threads: immutable.
 *
 * @param ioasId of the IOAS
 * @param numIovas in: room for how many ranges; out: how many there are
 * @param allowedIovas the address of an array of {@link IommuIovaRange}
 * @param outIovaAlignment the alignment that IOVA, size and address must have, in bytes
 */
public record IommuIoasIovaRanges(int ioasId, int numIovas, long allowedIovas, long outIovaAlignment) {
    /** The C layout. */
    public static final StructLayout LAYOUT = struct(
            "iommu_ioas_iova_ranges",
            u32("size"),
            u32("ioas_id"),
            u32("num_iovas"),
            u32("__reserved"),
            u64("allowed_iovas"),
            u64("out_iova_alignment"));

    /** Asks; out: ranges, count, alignment. {@code EMSGSIZE}: not enough room, the count says how much is needed. */
    public static final Ioctl IOMMU_IOAS_IOVA_RANGES =
            Ioctl.iommufd("IOMMU_IOAS_IOVA_RANGES", IOMMUFD_CMD_IOAS_IOVA_RANGES);

    private static final VarHandle SIZE = field(LAYOUT, "size");
    private static final VarHandle IOAS_ID = field(LAYOUT, "ioas_id");
    private static final VarHandle NUM_IOVAS = field(LAYOUT, "num_iovas");
    private static final VarHandle ALLOWED_IOVAS = field(LAYOUT, "allowed_iovas");
    private static final VarHandle OUT_IOVA_ALIGNMENT = field(LAYOUT, "out_iova_alignment");

    /** Returns what to send. */
    public static IommuIoasIovaRanges request(int ioasId, int numIovas, long allowedIovas) {
        return new IommuIoasIovaRanges(ioasId, numIovas, allowedIovas, 0);
    }

    /** Decodes the struct at the start of {@code segment}. */
    public static IommuIoasIovaRanges read(MemorySegment segment) {
        return new IommuIoasIovaRanges(
                (int) IOAS_ID.get(segment), (int) NUM_IOVAS.get(segment), (long) ALLOWED_IOVAS.get(segment), (long)
                        OUT_IOVA_ALIGNMENT.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}, its size included. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        SIZE.set(segment, sizeOf(LAYOUT));
        IOAS_ID.set(segment, ioasId);
        NUM_IOVAS.set(segment, numIovas);
        ALLOWED_IOVAS.set(segment, allowedIovas);
        OUT_IOVA_ALIGNMENT.set(segment, outIovaAlignment);
    }
}
