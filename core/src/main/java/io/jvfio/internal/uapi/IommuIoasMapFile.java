// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.s32;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;
import static io.jvfio.internal.uapi.IommufdCommand.IOMMUFD_CMD_IOAS_MAP_FILE;

/**
 * {@code struct iommu_ioas_map_file} of {@code include/uapi/linux/iommufd.h}, since Linux 6.13: maps a part of a
 * memfd for the devices of an IOAS.
 *
 * <p>Threads: immutable.
 *
 * @param flags {@code IOMMU_IOAS_MAP_} of {@link IommuIoasMap}
 * @param ioasId of the IOAS
 * @param fd the memfd
 * @param start where the part starts in the file, in bytes
 * @param length in bytes
 * @param iova the address for the devices; out, unless it is fixed
 */
public record IommuIoasMapFile(int flags, int ioasId, int fd, long start, long length, long iova) {
    /** The C struct. */
    public static final Struct<IommuIoasMapFile> STRUCT = Struct.of(
            IommuIoasMapFile.class, u32("size", "flags", "ioas_id"), s32("fd"), u64("start", "length", "iova"));

    /** Maps; out: IOVA. */
    public static final Ioctl IOMMU_IOAS_MAP_FILE = Ioctl.iommufd("IOMMU_IOAS_MAP_FILE", IOMMUFD_CMD_IOAS_MAP_FILE);
}
