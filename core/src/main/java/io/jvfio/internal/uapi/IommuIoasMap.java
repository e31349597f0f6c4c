// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;
import static io.jvfio.internal.uapi.IommufdCommand.IOMMUFD_CMD_IOAS_MAP;

/**
 * {@code struct iommu_ioas_map} of {@code include/uapi/linux/iommufd.h}, since Linux 6.2: maps memory of this process
 * for the devices of an IOAS.
 *
 * <p>Threads: immutable.
 *
 * @param flags {@code IOMMU_IOAS_MAP_}
 * @param ioasId of the IOAS
 * @param userVa the address in this process
 * @param length in bytes
 * @param iova the address for the devices; out, unless it is fixed
 */
public record IommuIoasMap(int flags, int ioasId, long userVa, long length, long iova) {
    /** The C struct. */
    public static final Struct<IommuIoasMap> STRUCT = Struct.of(
            IommuIoasMap.class, u32("size", "flags", "ioas_id", "__reserved"), u64("user_va", "length", "iova"));

    /** Maps; out: IOVA. */
    public static final Ioctl IOMMU_IOAS_MAP = Ioctl.iommufd("IOMMU_IOAS_MAP", IOMMUFD_CMD_IOAS_MAP);

    /** The caller chooses the IOVA. */
    public static final int IOMMU_IOAS_MAP_FIXED_IOVA = 1 << 0;

    /** Devices may write. */
    public static final int IOMMU_IOAS_MAP_WRITEABLE = 1 << 1;

    /** Devices may read. */
    public static final int IOMMU_IOAS_MAP_READABLE = 1 << 2;
}
