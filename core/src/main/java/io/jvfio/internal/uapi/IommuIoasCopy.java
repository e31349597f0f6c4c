// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.sizeOf;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;
import static io.jvfio.internal.uapi.IommufdCommand.IOMMUFD_CMD_IOAS_COPY;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

/**
 * {@code struct iommu_ioas_copy} of {@code include/uapi/linux/iommufd.h}, since Linux 6.2: maps what another IOAS has
 * mapped, without pinning it again.
 *
 * <p>Threads: immutable.
 *
 * @param flags {@code IOMMU_IOAS_MAP_} of {@link IommuIoasMap}
 * @param dstIoasId where to map
 * @param srcIoasId where it is mapped
 * @param length in bytes
 * @param dstIova the address to map at; out, unless it is fixed
 * @param srcIova the address where it is mapped
 */
public record IommuIoasCopy(int flags, int dstIoasId, int srcIoasId, long length, long dstIova, long srcIova) {
    /** The C layout. */
    public static final StructLayout LAYOUT = struct(
            "iommu_ioas_copy",
            u32("size"),
            u32("flags"),
            u32("dst_ioas_id"),
            u32("src_ioas_id"),
            u64("length"),
            u64("dst_iova"),
            u64("src_iova"));

    /** Maps; out: IOVA. */
    public static final Ioctl IOMMU_IOAS_COPY = Ioctl.iommufd("IOMMU_IOAS_COPY", IOMMUFD_CMD_IOAS_COPY);

    private static final VarHandle SIZE = field(LAYOUT, "size");
    private static final VarHandle FLAGS = field(LAYOUT, "flags");
    private static final VarHandle DST_IOAS_ID = field(LAYOUT, "dst_ioas_id");
    private static final VarHandle SRC_IOAS_ID = field(LAYOUT, "src_ioas_id");
    private static final VarHandle LENGTH = field(LAYOUT, "length");
    private static final VarHandle DST_IOVA = field(LAYOUT, "dst_iova");
    private static final VarHandle SRC_IOVA = field(LAYOUT, "src_iova");

    /** Decodes the struct at the start of {@code segment}. */
    public static IommuIoasCopy read(MemorySegment segment) {
        return new IommuIoasCopy(
                (int) FLAGS.get(segment),
                (int) DST_IOAS_ID.get(segment),
                (int) SRC_IOAS_ID.get(segment),
                (long) LENGTH.get(segment),
                (long) DST_IOVA.get(segment),
                (long) SRC_IOVA.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}, its size included. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        SIZE.set(segment, sizeOf(LAYOUT));
        FLAGS.set(segment, flags);
        DST_IOAS_ID.set(segment, dstIoasId);
        SRC_IOAS_ID.set(segment, srcIoasId);
        LENGTH.set(segment, length);
        DST_IOVA.set(segment, dstIova);
        SRC_IOVA.set(segment, srcIova);
    }
}
