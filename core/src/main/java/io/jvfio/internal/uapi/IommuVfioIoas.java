// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.u16;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.IommufdCommand.IOMMUFD_CMD_VFIO_IOAS;

/**
 * {@code struct iommu_vfio_ioas} of {@code include/uapi/linux/iommufd.h}, since Linux 6.2: which IOAS stands for the
 * container when an iommufd is used as one.
 *
 * <p>Threads: immutable.
 *
 * @param ioasId of the IOAS; out for GET
 * @param op {@code IOMMU_VFIO_IOAS_}
 */
public record IommuVfioIoas(int ioasId, int op) {
    /** The C struct. */
    public static final Struct<IommuVfioIoas> STRUCT =
            Struct.of(IommuVfioIoas.class, u32("size", "ioas_id"), u16("op", "__reserved"));

    /** Asks, sets or clears. */
    public static final Ioctl IOMMU_VFIO_IOAS = Ioctl.iommufd("IOMMU_VFIO_IOAS", IOMMUFD_CMD_VFIO_IOAS);

    /** Asks. */
    public static final int IOMMU_VFIO_IOAS_GET = 0;

    /** Sets. */
    public static final int IOMMU_VFIO_IOAS_SET = 1;

    /** Leaves none. */
    public static final int IOMMU_VFIO_IOAS_CLEAR = 2;
}
