// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.IommufdCommand.IOMMUFD_CMD_IOAS_ALLOC;

/**
 * {@code struct iommu_ioas_alloc} of {@code include/uapi/linux/iommufd.h}, since Linux 6.2: makes an IO address
 * space.
 *
 * <p>Threads: immutable.
 *
 * @param flags 0
 * @param outIoasId its id
 */
public record IommuIoasAlloc(int flags, int outIoasId) {
    /** The C struct. */
    public static final Struct<IommuIoasAlloc> STRUCT =
            Struct.of(IommuIoasAlloc.class, u32("size", "flags", "out_ioas_id"));

    /** Makes one; out: id. */
    public static final Ioctl IOMMU_IOAS_ALLOC = Ioctl.iommufd("IOMMU_IOAS_ALLOC", IOMMUFD_CMD_IOAS_ALLOC);

    /** Returns what to send. */
    public static IommuIoasAlloc request() {
        return new IommuIoasAlloc(0, 0);
    }
}
