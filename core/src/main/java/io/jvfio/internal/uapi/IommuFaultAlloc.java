// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.IommufdCommand.IOMMUFD_CMD_FAULT_QUEUE_ALLOC;

/**
 * {@code struct iommu_fault_alloc} of {@code include/uapi/linux/iommufd.h}, since Linux 6.11: makes a fault queue.
 *
 * <p>Threads: immutable.
 *
 * @param flags 0
 * @param outFaultId its id
 * @param outFaultFd its descriptor, to be closed by the caller
 */
public record IommuFaultAlloc(int flags, int outFaultId, int outFaultFd) {
    /** The C struct. */
    public static final Struct<IommuFaultAlloc> STRUCT =
            Struct.of(IommuFaultAlloc.class, u32("size", "flags", "out_fault_id", "out_fault_fd"));

    /** Makes one; out: id, descriptor. */
    public static final Ioctl IOMMU_FAULT_QUEUE_ALLOC =
            Ioctl.iommufd("IOMMU_FAULT_QUEUE_ALLOC", IOMMUFD_CMD_FAULT_QUEUE_ALLOC);

    /** Returns what to send. */
    public static IommuFaultAlloc request() {
        return new IommuFaultAlloc(0, 0, 0);
    }
}
