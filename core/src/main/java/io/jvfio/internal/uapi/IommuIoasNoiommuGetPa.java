// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;
import static io.jvfio.internal.uapi.IommufdCommand.IOMMUFD_CMD_IOAS_NOIOMMU_GET_PA;

/**
 * {@code struct iommu_ioas_noiommu_get_pa} of {@code include/uapi/linux/iommufd.h}, since Linux 7.3: asks for the
 * physical address behind an IOVA, for devices without an IOMMU.
 *
 * <p>Threads: immutable.
 *
 * @param flags 0
 * @param ioasId of the IOAS
 * @param iova which address
 * @param length in: how many bytes are of interest at most; out: how many of them are contiguous
 * @param outPhys the physical address
 */
public record IommuIoasNoiommuGetPa(int flags, int ioasId, long iova, long length, long outPhys) {
    /** The C struct. */
    public static final Struct<IommuIoasNoiommuGetPa> STRUCT = Struct.of(
            IommuIoasNoiommuGetPa.class,
            u32("size", "flags", "ioas_id", "__reserved"),
            u64("iova", "length", "out_phys"));

    /** Asks; out: length, address. */
    public static final Ioctl IOMMU_IOAS_NOIOMMU_GET_PA =
            Ioctl.iommufd("IOMMU_IOAS_NOIOMMU_GET_PA", IOMMUFD_CMD_IOAS_NOIOMMU_GET_PA);

    /**
     * Returns what to send.
     *
     * @param length how many bytes are of interest at most; Linux 7.3 refuses 0
     */
    public static IommuIoasNoiommuGetPa request(int ioasId, long iova, long length) {
        return new IommuIoasNoiommuGetPa(0, ioasId, iova, length, 0);
    }
}
