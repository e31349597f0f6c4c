// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.u32;

/**
 * {@code struct vfio_device_detach_iommufd_pt} of {@code include/uapi/linux/vfio.h}, since Linux 6.6: ends
 * {@link VfioDeviceAttachIommufdPt}; DMA is blocked from then on.
 *
 * <p>Threads: immutable.
 *
 * @param flags {@code VFIO_DEVICE_DETACH_}
 * @param pasid only with {@link #VFIO_DEVICE_DETACH_PASID}
 */
public record VfioDeviceDetachIommufdPt(int flags, int pasid) {
    /** The C struct. */
    public static final Struct<VfioDeviceDetachIommufdPt> STRUCT =
            Struct.of(VfioDeviceDetachIommufdPt.class, u32("argsz", "flags", "pasid"));

    /** Detaches; in: all. */
    public static final Ioctl VFIO_DEVICE_DETACH_IOMMUFD_PT = Ioctl.vfio("VFIO_DEVICE_DETACH_IOMMUFD_PT", 20);

    /** For one PASID of the device; since Linux 6.15. */
    public static final int VFIO_DEVICE_DETACH_PASID = 1 << 0;
}
