// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.flexible;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

/**
 * {@code struct vfio_iommu_type1_dma_unmap} of {@code include/uapi/linux/vfio.h}, since Linux 3.6: ends mappings.
 *
 * <p>Threads: immutable.
 *
 * @param flags {@code VFIO_DMA_UNMAP_FLAG_}
 * @param iova where the range starts
 * @param size in bytes; out: how much was unmapped
 */
public record VfioIommuType1DmaUnmap(int flags, long iova, long size) {
    /** The C struct. */
    public static final Struct<VfioIommuType1DmaUnmap> STRUCT = Struct.of(
            VfioIommuType1DmaUnmap.class, u32("argsz", "flags"), u64("iova", "size"), flexible("data", JAVA_BYTE));

    /** Unmaps; out: size. */
    public static final Ioctl VFIO_IOMMU_UNMAP_DMA = Ioctl.vfio("VFIO_IOMMU_UNMAP_DMA", 14);

    /** A {@link VfioBitmap} follows the fixed part; since Linux 5.8. */
    public static final int VFIO_DMA_UNMAP_FLAG_GET_DIRTY_BITMAP = 1 << 0;

    /** All mappings; address and size are 0; since Linux 5.12. */
    public static final int VFIO_DMA_UNMAP_FLAG_ALL = 1 << 1;

    /** Only forgets the address in this process; since Linux 5.12. */
    public static final int VFIO_DMA_UNMAP_FLAG_VADDR = 1 << 2;

    /** Where a {@link VfioBitmap} goes. */
    public static final ArrayMember DATA = STRUCT.array("data");

    /** Returns the size of the struct in bytes, with the bitmap's description if the flags ask for one. */
    public long byteSize() {
        boolean dirty = (flags & VFIO_DMA_UNMAP_FLAG_GET_DIRTY_BITMAP) != 0;
        return DATA.structSize(dirty ? VfioBitmap.STRUCT.byteSize() : 0);
    }
}
