// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;
import static io.jvfio.internal.uapi.IommufdCommand.IOMMUFD_CMD_HW_QUEUE_ALLOC;

/**
 * {@code struct iommu_hw_queue_alloc} of {@code include/uapi/linux/iommufd.h}, since Linux 6.17: gives the hardware a
 * queue in the memory of a guest.
 *
 * <p>Threads: immutable.
 *
 * @param flags 0
 * @param viommuId of the vIOMMU
 * @param type {@code IOMMU_HW_QUEUE_TYPE_}
 * @param index which queue of the virtual interface
 * @param outHwQueueId its id
 * @param nestingParentIova where the queue is, in the nesting parent
 * @param length of the queue, in bytes
 */
public record IommuHwQueueAlloc(
        int flags, int viommuId, int type, int index, int outHwQueueId, long nestingParentIova, long length) {
    /** The C struct. */
    public static final Struct<IommuHwQueueAlloc> STRUCT = Struct.of(
            IommuHwQueueAlloc.class,
            u32("size", "flags", "viommu_id", "type", "index", "out_hw_queue_id"),
            u64("nesting_parent_iova", "length"));

    /** Makes one; out: id. */
    public static final Ioctl IOMMU_HW_QUEUE_ALLOC = Ioctl.iommufd("IOMMU_HW_QUEUE_ALLOC", IOMMUFD_CMD_HW_QUEUE_ALLOC);

    /** Not to be used. */
    public static final int IOMMU_HW_QUEUE_TYPE_DEFAULT = 0;

    /** A command queue of NVIDIA Tegra241. */
    public static final int IOMMU_HW_QUEUE_TYPE_TEGRA241_CMDQV = 1;
}
