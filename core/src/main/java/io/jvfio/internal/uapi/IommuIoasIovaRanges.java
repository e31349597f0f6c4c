// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;
import static io.jvfio.internal.uapi.IommufdCommand.IOMMUFD_CMD_IOAS_IOVA_RANGES;

/**
 * {@code struct iommu_ioas_iova_ranges} of {@code include/uapi/linux/iommufd.h}, since Linux 6.2: asks which IOVAs
 * can be mapped.
 *
 * <p>Threads: immutable.
 *
 * @param ioasId of the IOAS
 * @param numIovas in: room for how many ranges; out: how many there are
 * @param allowedIovas the address of an array of {@link IommuIovaRange}
 * @param outIovaAlignment the alignment that IOVA, size and address must have, in bytes
 */
public record IommuIoasIovaRanges(int ioasId, int numIovas, long allowedIovas, long outIovaAlignment) {
    /** The C struct. */
    public static final Struct<IommuIoasIovaRanges> STRUCT = Struct.of(
            IommuIoasIovaRanges.class,
            u32("size", "ioas_id", "num_iovas", "__reserved"),
            u64("allowed_iovas", "out_iova_alignment"));

    /** Asks; out: ranges, count, alignment. {@code EMSGSIZE}: not enough room, the count says how much is needed. */
    public static final Ioctl IOMMU_IOAS_IOVA_RANGES =
            Ioctl.iommufd("IOMMU_IOAS_IOVA_RANGES", IOMMUFD_CMD_IOAS_IOVA_RANGES);

    /** Returns what to send. */
    public static IommuIoasIovaRanges request(int ioasId, int numIovas, long allowedIovas) {
        return new IommuIoasIovaRanges(ioasId, numIovas, allowedIovas, 0);
    }
}
