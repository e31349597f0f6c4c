// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;
import static io.jvfio.internal.uapi.IommufdCommand.IOMMUFD_CMD_IOAS_UNMAP;

/**
 * {@code struct iommu_ioas_unmap} of {@code include/uapi/linux/iommufd.h}, since Linux 6.2: ends mappings; each must
 * be wholly inside the range.
 *
 * <p>Threads: immutable.
 *
 * @param ioasId of the IOAS
 * @param iova where the range starts; 0 for all
 * @param length in bytes, all ones for all; out: how much was unmapped
 */
public record IommuIoasUnmap(int ioasId, long iova, long length) {
    /** The C struct. */
    public static final Struct<IommuIoasUnmap> STRUCT =
            Struct.of(IommuIoasUnmap.class, u32("size", "ioas_id"), u64("iova", "length"));

    /** Unmaps; out: length. */
    public static final Ioctl IOMMU_IOAS_UNMAP = Ioctl.iommufd("IOMMU_IOAS_UNMAP", IOMMUFD_CMD_IOAS_UNMAP);
}
