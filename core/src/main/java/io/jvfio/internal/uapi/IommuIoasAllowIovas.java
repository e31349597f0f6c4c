// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;
import static io.jvfio.internal.uapi.IommufdCommand.IOMMUFD_CMD_IOAS_ALLOW_IOVAS;

/**
 * {@code struct iommu_ioas_allow_iovas} of {@code include/uapi/linux/iommufd.h}, since Linux 6.2: reserves the only
 * IOVAs that later devices must leave usable.
 *
 * <p>Threads: immutable.
 *
 * @param ioasId of the IOAS
 * @param numIovas how many ranges; 0 for no restriction
 * @param allowedIovas the address of an array of {@link IommuIovaRange}
 */
public record IommuIoasAllowIovas(int ioasId, int numIovas, long allowedIovas) {
    /** The C struct. */
    public static final Struct<IommuIoasAllowIovas> STRUCT = Struct.of(
            IommuIoasAllowIovas.class, u32("size", "ioas_id", "num_iovas", "__reserved"), u64("allowed_iovas"));

    /** Restricts; in: all. */
    public static final Ioctl IOMMU_IOAS_ALLOW_IOVAS =
            Ioctl.iommufd("IOMMU_IOAS_ALLOW_IOVAS", IOMMUFD_CMD_IOAS_ALLOW_IOVAS);
}
