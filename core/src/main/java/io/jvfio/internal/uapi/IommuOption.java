// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.u16;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;
import static io.jvfio.internal.uapi.IommufdCommand.IOMMUFD_CMD_OPTION;

/**
 * {@code struct iommu_option} of {@code include/uapi/linux/iommufd.h}, since Linux 6.2: reads or sets an option of an
 * iommufd or of one of its objects.
 *
 * <p>Threads: immutable.
 *
 * @param optionId {@code IOMMU_OPTION_}
 * @param op {@code IOMMU_OPTION_OP_}
 * @param objectId of the object; 0 for the iommufd
 * @param val64 the value
 */
public record IommuOption(int optionId, int op, int objectId, long val64) {
    /** The C struct. */
    public static final Struct<IommuOption> STRUCT = Struct.of(
            IommuOption.class, u32("size", "option_id"), u16("op", "__reserved"), u32("object_id"), u64("val64"));

    /** Reads or sets; value is in or out. */
    public static final Ioctl IOMMU_OPTION = Ioctl.iommufd("IOMMU_OPTION", IOMMUFD_CMD_OPTION);

    /**
     * 1 counts pinned memory by process instead of by user; needs {@code CAP_SYS_RESOURCE}, before there is an
     * object.
     */
    public static final int IOMMU_OPTION_RLIMIT_MODE = 0;

    /** 0 has an IOAS map single pages only. */
    public static final int IOMMU_OPTION_HUGE_PAGES = 1;

    /** Sets. */
    public static final int IOMMU_OPTION_OP_SET = 0;

    /** Reads. */
    public static final int IOMMU_OPTION_OP_GET = 1;
}
