// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.IommufdCommand.IOMMUFD_CMD_VEVENTQ_ALLOC;

/**
 * {@code struct iommu_veventq_alloc} of {@code include/uapi/linux/iommufd.h}, since Linux 6.15: makes an event queue.
 *
 * <p>Threads: immutable.
 *
 * @param flags 0
 * @param viommuId of the vIOMMU
 * @param type {@code IOMMU_VEVENTQ_TYPE_}
 * @param veventqDepth how many events it holds
 * @param outVeventqId its id
 * @param outVeventqFd its descriptor, to be closed by the caller
 */
public record IommuVeventqAlloc(
        int flags, int viommuId, int type, int veventqDepth, int outVeventqId, int outVeventqFd) {
    /** The C struct. */
    public static final Struct<IommuVeventqAlloc> STRUCT = Struct.of(
            IommuVeventqAlloc.class,
            u32(
                    "size",
                    "flags",
                    "viommu_id",
                    "type",
                    "veventq_depth",
                    "out_veventq_id",
                    "out_veventq_fd",
                    "__reserved"));

    /** Makes one; out: id, descriptor. */
    public static final Ioctl IOMMU_VEVENTQ_ALLOC = Ioctl.iommufd("IOMMU_VEVENTQ_ALLOC", IOMMUFD_CMD_VEVENTQ_ALLOC);

    /** Not to be used. */
    public static final int IOMMU_VEVENTQ_TYPE_DEFAULT = 0;

    /** {@link IommuVeventArmSmmuv3}. */
    public static final int IOMMU_VEVENTQ_TYPE_ARM_SMMUV3 = 1;

    /** {@link IommuVeventTegra241Cmdqv}; since Linux 6.17. */
    public static final int IOMMU_VEVENTQ_TYPE_TEGRA241_CMDQV = 2;

    /** Returns what to send. */
    public static IommuVeventqAlloc request(int viommuId, int type, int veventqDepth) {
        return new IommuVeventqAlloc(0, viommuId, type, veventqDepth, 0, 0);
    }
}
