// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.IommufdCommand.IOMMUFD_CMD_DESTROY;

/**
 * {@code struct iommu_destroy} of {@code include/uapi/linux/iommufd.h}, since Linux 6.2: destroys an object of an
 * iommufd.
 *
 * <p>Threads: immutable.
 *
 * @param id of the object
 */
public record IommuDestroy(int id) {
    /** The C struct. */
    public static final Struct<IommuDestroy> STRUCT = Struct.of(IommuDestroy.class, u32("size", "id"));

    /** Destroys; in: id. {@code EBUSY} while something uses the object. */
    public static final Ioctl IOMMU_DESTROY = Ioctl.iommufd("IOMMU_DESTROY", IOMMUFD_CMD_DESTROY);
}
