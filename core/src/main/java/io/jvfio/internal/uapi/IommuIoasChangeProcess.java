// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.IommufdCommand.IOMMUFD_CMD_IOAS_CHANGE_PROCESS;

/**
 * {@code struct iommu_ioas_change_process} of {@code include/uapi/linux/iommufd.h}, since Linux 6.13: counts the
 * pinned memory of all file mappings to this process from now on.
 *
 * <p>Threads: immutable.
 */
public record IommuIoasChangeProcess() {
    /** The C struct. */
    public static final Struct<IommuIoasChangeProcess> STRUCT =
            Struct.of(IommuIoasChangeProcess.class, u32("size", "__reserved"));

    /** Changes the process; nothing in, nothing out. */
    public static final Ioctl IOMMU_IOAS_CHANGE_PROCESS =
            Ioctl.iommufd("IOMMU_IOAS_CHANGE_PROCESS", IOMMUFD_CMD_IOAS_CHANGE_PROCESS);
}
