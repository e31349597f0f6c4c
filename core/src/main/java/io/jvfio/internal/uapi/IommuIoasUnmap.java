// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.sizeOf;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;
import static io.jvfio.internal.uapi.IommufdCommand.IOMMUFD_CMD_IOAS_UNMAP;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

/**
 * {@code struct iommu_ioas_unmap} of {@code include/uapi/linux/iommufd.h}, since Linux 6.2: ends mappings; each must
 * be wholly inside the range.
 *
 * <p>Threads: immutable.
 *
 * @param ioasId of the IOAS
 * @param iova where the range starts; 0 for all
 * @param length in bytes, all ones for all; out: how much was unmapped
 */
public record IommuIoasUnmap(int ioasId, long iova, long length) {
    /** The C layout. */
    public static final StructLayout LAYOUT =
            struct("iommu_ioas_unmap", u32("size"), u32("ioas_id"), u64("iova"), u64("length"));

    /** Unmaps; out: length. */
    public static final Ioctl IOMMU_IOAS_UNMAP = Ioctl.iommufd("IOMMU_IOAS_UNMAP", IOMMUFD_CMD_IOAS_UNMAP);

    private static final VarHandle SIZE = field(LAYOUT, "size");
    private static final VarHandle IOAS_ID = field(LAYOUT, "ioas_id");
    private static final VarHandle IOVA = field(LAYOUT, "iova");
    private static final VarHandle LENGTH = field(LAYOUT, "length");

    /** Decodes the struct at the start of {@code segment}. */
    public static IommuIoasUnmap read(MemorySegment segment) {
        return new IommuIoasUnmap((int) IOAS_ID.get(segment), (long) IOVA.get(segment), (long) LENGTH.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}, its size included. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        SIZE.set(segment, sizeOf(LAYOUT));
        IOAS_ID.set(segment, ioasId);
        IOVA.set(segment, iova);
        LENGTH.set(segment, length);
    }
}
