// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;

import java.lang.foreign.MemorySegment;

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
    /** The C struct. */
    public static final Struct<VfioIommuType1Info> STRUCT =
            Struct.of(VfioIommuType1Info.class, u32("argsz", "flags"), u64("iova_pgsizes"), u32("cap_offset", "pad"));

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

    /** Returns what to send; the segment it fills may have room for capabilities. */
    public static VfioIommuType1Info request() {
        return new VfioIommuType1Info(0, 0, 0);
    }

    /**
     * Returns the capabilities that the kernel put behind the struct.
     *
     * @param segment the buffer given to the ioctl
     * @throws MalformedStructException if the buffer is too short for all of them, or the chain is broken
     */
    public InfoChain capabilities(MemorySegment segment) {
        return (flags & VFIO_IOMMU_INFO_CAPS) == 0
                ? InfoChain.empty()
                : InfoChain.read(segment, STRUCT.byteSize(), capOffset);
    }
}
