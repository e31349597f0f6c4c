// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;

/**
 * {@code struct vfio_iommu_type1_dma_map} of {@code include/uapi/linux/vfio.h}, since Linux 3.6: maps memory of this
 * process for the devices of a container.
 *
 * <p>Threads: immutable.
 *
 * @param flags {@code VFIO_DMA_MAP_FLAG_}
 * @param vaddr the address in this process
 * @param iova the address for the devices
 * @param size in bytes
 */
public record VfioIommuType1DmaMap(int flags, long vaddr, long iova, long size) {
    /** The C struct. */
    public static final Struct<VfioIommuType1DmaMap> STRUCT =
            Struct.of(VfioIommuType1DmaMap.class, u32("argsz", "flags"), u64("vaddr", "iova", "size"));

    /** Maps; in: all. */
    public static final Ioctl VFIO_IOMMU_MAP_DMA = Ioctl.vfio("VFIO_IOMMU_MAP_DMA", 13);

    /** Devices may read. */
    public static final int VFIO_DMA_MAP_FLAG_READ = 1 << 0;

    /** Devices may write. */
    public static final int VFIO_DMA_MAP_FLAG_WRITE = 1 << 1;

    /** Only gives a mapping a new address in this process; since Linux 5.12. */
    public static final int VFIO_DMA_MAP_FLAG_VADDR = 1 << 2;
}
