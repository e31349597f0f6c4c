// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.flexible;
import static io.jvfio.internal.uapi.CLayouts.sizeOf;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

/**
 * {@code struct vfio_iommu_type1_dirty_bitmap} of {@code include/uapi/linux/vfio.h}, since Linux 5.8: starts or stops
 * recording dirty pages, or asks for them.
 *
 * <p>Threads: immutable.
 *
 * @param flags one of {@code VFIO_IOMMU_DIRTY_PAGES_FLAG_}
 */
public record VfioIommuType1DirtyBitmap(int flags) {
    /** The C layout. */
    public static final StructLayout LAYOUT =
            struct("vfio_iommu_type1_dirty_bitmap", u32("argsz"), u32("flags"), flexible("data", JAVA_BYTE));

    /** Starts, stops or asks. */
    public static final Ioctl VFIO_IOMMU_DIRTY_PAGES = Ioctl.vfio("VFIO_IOMMU_DIRTY_PAGES", 17);

    /** Starts. */
    public static final int VFIO_IOMMU_DIRTY_PAGES_FLAG_START = 1 << 0;

    /** Stops. */
    public static final int VFIO_IOMMU_DIRTY_PAGES_FLAG_STOP = 1 << 1;

    /** Asks: a {@link VfioIommuType1DirtyBitmapGet} follows the fixed part. */
    public static final int VFIO_IOMMU_DIRTY_PAGES_FLAG_GET_BITMAP = 1 << 2;

    /** Where a {@link VfioIommuType1DirtyBitmapGet} goes. */
    public static final ArrayMember DATA = ArrayMember.of(LAYOUT, "data");

    private static final VarHandle ARGSZ = field(LAYOUT, "argsz");
    private static final VarHandle FLAGS = field(LAYOUT, "flags");

    /** Decodes the struct at the start of {@code segment}. */
    public static VfioIommuType1DirtyBitmap read(MemorySegment segment) {
        return new VfioIommuType1DirtyBitmap((int) FLAGS.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}, its size included. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        ARGSZ.set(segment, sizeOf(byteSize()));
        FLAGS.set(segment, flags);
    }

    /** Returns the size of the struct in bytes, with the range to ask for if the flags ask. */
    public long byteSize() {
        boolean get = (flags & VFIO_IOMMU_DIRTY_PAGES_FLAG_GET_BITMAP) != 0;
        return DATA.structSize(get ? VfioIommuType1DirtyBitmapGet.LAYOUT.byteSize() : 0);
    }
}
