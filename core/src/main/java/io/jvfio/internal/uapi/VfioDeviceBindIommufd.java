// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.s32;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;

/**
 * {@code struct vfio_device_bind_iommufd} of {@code include/uapi/linux/vfio.h}, since Linux 6.6: gives a device from
 * a cdev to an iommufd; until then the device can do nothing.
 *
 * <p>Threads: immutable.
 *
 * @param flags {@code VFIO_DEVICE_BIND_FLAG_}
 * @param iommufd the descriptor of the iommufd
 * @param outDevid the id of the device in the iommufd
 * @param tokenUuidPtr the address of a {@link VfToken}; only with {@link #VFIO_DEVICE_BIND_FLAG_TOKEN}
 */
public record VfioDeviceBindIommufd(int flags, int iommufd, int outDevid, long tokenUuidPtr) {
    /** The C struct. */
    public static final Struct<VfioDeviceBindIommufd> STRUCT = Struct.of(
            VfioDeviceBindIommufd.class,
            u32("argsz", "flags"),
            s32("iommufd"),
            u32("out_devid"),
            u64("token_uuid_ptr"));

    /** Binds; in: flags, iommufd, token; out: devid. */
    public static final Ioctl VFIO_DEVICE_BIND_IOMMUFD = Ioctl.vfio("VFIO_DEVICE_BIND_IOMMUFD", 18);

    /** There is a VF token; since Linux 6.17. */
    public static final int VFIO_DEVICE_BIND_FLAG_TOKEN = 1 << 0;
}
