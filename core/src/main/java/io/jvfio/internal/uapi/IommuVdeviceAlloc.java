// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;
import static io.jvfio.internal.uapi.IommufdCommand.IOMMUFD_CMD_VDEVICE_ALLOC;

/**
 * {@code struct iommu_vdevice_alloc} of {@code include/uapi/linux/iommufd.h}, since Linux 6.13: makes a virtual
 * device: a device as the guest of a vIOMMU names it.
 *
 * <p>Threads: immutable.
 *
 * @param viommuId of the vIOMMU
 * @param devId which device
 * @param outVdeviceId its id
 * @param virtId the name in the guest: a stream id, a device id, or a requester id
 */
public record IommuVdeviceAlloc(int viommuId, int devId, int outVdeviceId, long virtId) {
    /** The C struct. */
    public static final Struct<IommuVdeviceAlloc> STRUCT =
            Struct.of(IommuVdeviceAlloc.class, u32("size", "viommu_id", "dev_id", "out_vdevice_id"), u64("virt_id"));

    /** Makes one; out: id. */
    public static final Ioctl IOMMU_VDEVICE_ALLOC = Ioctl.iommufd("IOMMU_VDEVICE_ALLOC", IOMMUFD_CMD_VDEVICE_ALLOC);

    /** Returns what to send. */
    public static IommuVdeviceAlloc request(int viommuId, int devId, long virtId) {
        return new IommuVdeviceAlloc(viommuId, devId, 0, virtId);
    }
}
