// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.sizeOf;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;
import static io.jvfio.internal.uapi.IommufdCommand.IOMMUFD_CMD_IOAS_ALLOW_IOVAS;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

/**
 * {@code struct iommu_ioas_allow_iovas} of {@code include/uapi/linux/iommufd.h}, since Linux 6.2: reserves the only
 * IOVAs that later devices must leave usable.
 *
 * <p>Threads: immutable.
 *
 * @param ioasId of the IOAS
 * @param numIovas how many ranges; 0 for no restriction
 * @param allowedIovas the address of an array of {@link IommuIovaRange}
 */
public record IommuIoasAllowIovas(int ioasId, int numIovas, long allowedIovas) {
    /** The C layout. */
    public static final StructLayout LAYOUT = struct(
            "iommu_ioas_allow_iovas",
            u32("size"),
            u32("ioas_id"),
            u32("num_iovas"),
            u32("__reserved"),
            u64("allowed_iovas"));

    /** Restricts; in: all. */
    public static final Ioctl IOMMU_IOAS_ALLOW_IOVAS =
            Ioctl.iommufd("IOMMU_IOAS_ALLOW_IOVAS", IOMMUFD_CMD_IOAS_ALLOW_IOVAS);

    private static final VarHandle SIZE = field(LAYOUT, "size");
    private static final VarHandle IOAS_ID = field(LAYOUT, "ioas_id");
    private static final VarHandle NUM_IOVAS = field(LAYOUT, "num_iovas");
    private static final VarHandle ALLOWED_IOVAS = field(LAYOUT, "allowed_iovas");

    /** Decodes the struct at the start of {@code segment}. */
    public static IommuIoasAllowIovas read(MemorySegment segment) {
        return new IommuIoasAllowIovas(
                (int) IOAS_ID.get(segment), (int) NUM_IOVAS.get(segment), (long) ALLOWED_IOVAS.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}, its size included. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        SIZE.set(segment, sizeOf(LAYOUT));
        IOAS_ID.set(segment, ioasId);
        NUM_IOVAS.set(segment, numIovas);
        ALLOWED_IOVAS.set(segment, allowedIovas);
    }
}
