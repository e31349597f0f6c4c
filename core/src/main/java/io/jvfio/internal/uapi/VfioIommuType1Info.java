// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.sizeOf;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

/**
 * {@code struct vfio_iommu_type1_info} of {@code include/uapi/linux/vfio.h}, since Linux 3.6: what a type1 container
 * can do.
 *
 * <p>Threads: immutable.
 *
 * @param flags {@code VFIO_IOMMU_INFO_}
 * @param iovaPgsizes the page sizes, one bit each; only with {@link #VFIO_IOMMU_INFO_PGSIZES}
 * @param capOffset the offset of the first capability, in bytes; only with {@link #VFIO_IOMMU_INFO_CAPS}
 */
public record VfioIommuType1Info(int flags, long iovaPgsizes, int capOffset) {
    /** The C layout. */
    public static final StructLayout LAYOUT = struct(
            "vfio_iommu_type1_info", u32("argsz"), u32("flags"), u64("iova_pgsizes"), u32("cap_offset"), u32("pad"));

    /** Asks a container; out: all. */
    public static final Ioctl VFIO_IOMMU_GET_INFO = Ioctl.vfio("VFIO_IOMMU_GET_INFO", 12);

    /** The page sizes are told. */
    public static final int VFIO_IOMMU_INFO_PGSIZES = 1 << 0;

    /** There may be capabilities; since Linux 5.4. */
    public static final int VFIO_IOMMU_INFO_CAPS = 1 << 1;

    /** Id of {@link VfioIommuType1InfoCapIovaRange}. */
    public static final int VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE = 1;

    /** Id of {@link VfioIommuType1InfoCapMigration}. */
    public static final int VFIO_IOMMU_TYPE1_INFO_CAP_MIGRATION = 2;

    /** Id of {@link VfioIommuType1InfoDmaAvail}. */
    public static final int VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL = 3;

    private static final VarHandle ARGSZ = field(LAYOUT, "argsz");
    private static final VarHandle FLAGS = field(LAYOUT, "flags");
    private static final VarHandle IOVA_PGSIZES = field(LAYOUT, "iova_pgsizes");
    private static final VarHandle CAP_OFFSET = field(LAYOUT, "cap_offset");

    /** Returns what to send; the segment it fills may have room for capabilities. */
    public static VfioIommuType1Info request() {
        return new VfioIommuType1Info(0, 0, 0);
    }

    /** Decodes the struct at the start of {@code segment}. */
    public static VfioIommuType1Info read(MemorySegment segment) {
        return new VfioIommuType1Info(
                (int) FLAGS.get(segment), (long) IOVA_PGSIZES.get(segment), (int) CAP_OFFSET.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}, the size being that of the segment. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        ARGSZ.set(segment, sizeOf(segment.byteSize()));
        FLAGS.set(segment, flags);
        IOVA_PGSIZES.set(segment, iovaPgsizes);
        CAP_OFFSET.set(segment, capOffset);
    }

    /**
     * Returns the capabilities that the kernel put behind the struct.
     *
     * @param segment the buffer given to the ioctl
     * @throws MalformedStructException if the buffer is too short for all of them, or the chain is broken
     */
    public static InfoChain capabilities(MemorySegment segment) {
        VfioIommuType1Info info = read(segment);
        return (info.flags & VFIO_IOMMU_INFO_CAPS) == 0
                ? InfoChain.empty()
                : InfoChain.read(segment, LAYOUT.byteSize(), info.capOffset);
    }
}
