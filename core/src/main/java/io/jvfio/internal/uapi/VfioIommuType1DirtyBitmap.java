// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.flexible;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

/**
 * {@code struct vfio_iommu_type1_dirty_bitmap} of {@code include/uapi/linux/vfio.h}, since Linux 5.8: starts or stops
 * recording dirty pages, or asks for them.
 *
 * <p>Threads: immutable.
 *
 * @param flags one of {@code VFIO_IOMMU_DIRTY_PAGES_FLAG_}
 */
public record VfioIommuType1DirtyBitmap(int flags) {
    /** The C struct. */
    public static final Struct<VfioIommuType1DirtyBitmap> STRUCT =
            Struct.of(VfioIommuType1DirtyBitmap.class, u32("argsz", "flags"), flexible("data", JAVA_BYTE));

    /** Starts, stops or asks. */
    public static final Ioctl VFIO_IOMMU_DIRTY_PAGES = Ioctl.vfio("VFIO_IOMMU_DIRTY_PAGES", 17);

    /** Starts. */
    public static final int VFIO_IOMMU_DIRTY_PAGES_FLAG_START = 1 << 0;

    /** Stops. */
    public static final int VFIO_IOMMU_DIRTY_PAGES_FLAG_STOP = 1 << 1;

    /** Asks: a {@link VfioIommuType1DirtyBitmapGet} follows the fixed part. */
    public static final int VFIO_IOMMU_DIRTY_PAGES_FLAG_GET_BITMAP = 1 << 2;

    /** Where a {@link VfioIommuType1DirtyBitmapGet} goes. */
    public static final ArrayMember DATA = STRUCT.array("data");

    /** Returns the size of the struct in bytes, with the range to ask for if the flags ask. */
    public long byteSize() {
        boolean get = (flags & VFIO_IOMMU_DIRTY_PAGES_FLAG_GET_BITMAP) != 0;
        return DATA.structSize(get ? VfioIommuType1DirtyBitmapGet.STRUCT.byteSize() : 0);
    }
}
