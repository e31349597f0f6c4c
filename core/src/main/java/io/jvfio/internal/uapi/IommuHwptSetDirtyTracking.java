// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.sizeOf;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.IommufdCommand.IOMMUFD_CMD_HWPT_SET_DIRTY_TRACKING;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

/**
 * {@code struct iommu_hwpt_set_dirty_tracking} of {@code include/uapi/linux/iommufd.h}, since Linux 6.7: starts or
 * stops tracking writes.
 *
 * <p>Threads: immutable.
 *
 * @param flags {@link #IOMMU_HWPT_DIRTY_TRACKING_ENABLE} or 0
 * @param hwptId of the page table
 */
public record IommuHwptSetDirtyTracking(int flags, int hwptId) {
    /** The C layout. */
    public static final StructLayout LAYOUT =
            struct("iommu_hwpt_set_dirty_tracking", u32("size"), u32("flags"), u32("hwpt_id"), u32("__reserved"));

    /** Starts or stops; in: all. */
    public static final Ioctl IOMMU_HWPT_SET_DIRTY_TRACKING =
            Ioctl.iommufd("IOMMU_HWPT_SET_DIRTY_TRACKING", IOMMUFD_CMD_HWPT_SET_DIRTY_TRACKING);

    /** Start. */
    public static final int IOMMU_HWPT_DIRTY_TRACKING_ENABLE = 1 << 0;

    private static final VarHandle SIZE = field(LAYOUT, "size");
    private static final VarHandle FLAGS = field(LAYOUT, "flags");
    private static final VarHandle HWPT_ID = field(LAYOUT, "hwpt_id");

    /** Decodes the struct at the start of {@code segment}. */
    public static IommuHwptSetDirtyTracking read(MemorySegment segment) {
        return new IommuHwptSetDirtyTracking((int) FLAGS.get(segment), (int) HWPT_ID.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}, its size included. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        SIZE.set(segment, sizeOf(LAYOUT));
        FLAGS.set(segment, flags);
        HWPT_ID.set(segment, hwptId);
    }
}
