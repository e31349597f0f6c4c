// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;
import static io.jvfio.internal.uapi.IommufdCommand.IOMMUFD_CMD_IOAS_COPY;

/**
 * {@code struct iommu_ioas_copy} of {@code include/uapi/linux/iommufd.h}, since Linux 6.2: maps what another IOAS has
 * mapped, without pinning it again.
 *
 * <p>Threads: immutable.
 *
 * @param flags {@code IOMMU_IOAS_MAP_} of {@link IommuIoasMap}
 * @param dstIoasId where to map
 * @param srcIoasId where it is mapped
 * @param length in bytes
 * @param dstIova the address to map at; out, unless it is fixed
 * @param srcIova the address where it is mapped
 */
public record IommuIoasCopy(int flags, int dstIoasId, int srcIoasId, long length, long dstIova, long srcIova) {
    /** The C struct. */
    public static final Struct<IommuIoasCopy> STRUCT = Struct.of(
            IommuIoasCopy.class,
            u32("size", "flags", "dst_ioas_id", "src_ioas_id"),
            u64("length", "dst_iova", "src_iova"));

    /** Maps; out: IOVA. */
    public static final Ioctl IOMMU_IOAS_COPY = Ioctl.iommufd("IOMMU_IOAS_COPY", IOMMUFD_CMD_IOAS_COPY);
}
