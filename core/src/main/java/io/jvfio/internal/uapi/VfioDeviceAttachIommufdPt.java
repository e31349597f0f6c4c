// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.u32;

/**
 * {@code struct vfio_device_attach_iommufd_pt} of {@code include/uapi/linux/vfio.h}, since Linux 6.6: has a device do
 * DMA through an IOAS or page table.
 *
 * <p>Threads: immutable.
 *
 * @param flags {@code VFIO_DEVICE_ATTACH_}
 * @param ptId the id of the IOAS or HWPT; out: of the HWPT that was chosen
 * @param pasid only with {@link #VFIO_DEVICE_ATTACH_PASID}
 */
public record VfioDeviceAttachIommufdPt(int flags, int ptId, int pasid) {
    /** The C struct. */
    public static final Struct<VfioDeviceAttachIommufdPt> STRUCT =
            Struct.of(VfioDeviceAttachIommufdPt.class, u32("argsz", "flags", "pt_id", "pasid"));

    /** Attaches, or replaces what was attached. */
    public static final Ioctl VFIO_DEVICE_ATTACH_IOMMUFD_PT = Ioctl.vfio("VFIO_DEVICE_ATTACH_IOMMUFD_PT", 19);

    /** For one PASID of the device; since Linux 6.15. */
    public static final int VFIO_DEVICE_ATTACH_PASID = 1 << 0;
}
