// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.u32;

/**
 * {@code struct vfio_group_status} of {@code include/uapi/linux/vfio.h}, since Linux 3.6: whether a group can be
 * used.
 *
 * <p>Threads: immutable.
 *
 * @param flags {@code VFIO_GROUP_FLAGS_}
 */
public record VfioGroupStatus(int flags) {
    /** The C struct. */
    public static final Struct<VfioGroupStatus> STRUCT = Struct.of(VfioGroupStatus.class, u32("argsz", "flags"));

    /** Asks a group; out: flags. */
    public static final Ioctl VFIO_GROUP_GET_STATUS = Ioctl.vfio("VFIO_GROUP_GET_STATUS", 3);

    /** Every device of the group is bound to VFIO, to a harmless driver, or to none. */
    public static final int VFIO_GROUP_FLAGS_VIABLE = 1 << 0;

    /** The group is in a container. */
    public static final int VFIO_GROUP_FLAGS_CONTAINER_SET = 1 << 1;

    /** Returns what to send. */
    public static VfioGroupStatus request() {
        return new VfioGroupStatus(0);
    }
}
