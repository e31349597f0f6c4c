// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.sizeOf;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.IommufdCommand.IOMMUFD_CMD_FAULT_QUEUE_ALLOC;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

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
    /** The C layout. */
    public static final StructLayout LAYOUT =
            struct("iommu_fault_alloc", u32("size"), u32("flags"), u32("out_fault_id"), u32("out_fault_fd"));

    /** Makes one; out: id, descriptor. */
    public static final Ioctl IOMMU_FAULT_QUEUE_ALLOC =
            Ioctl.iommufd("IOMMU_FAULT_QUEUE_ALLOC", IOMMUFD_CMD_FAULT_QUEUE_ALLOC);

    private static final VarHandle SIZE = field(LAYOUT, "size");
    private static final VarHandle FLAGS = field(LAYOUT, "flags");
    private static final VarHandle OUT_FAULT_ID = field(LAYOUT, "out_fault_id");
    private static final VarHandle OUT_FAULT_FD = field(LAYOUT, "out_fault_fd");

    /** Returns what to send. */
    public static IommuFaultAlloc request() {
        return new IommuFaultAlloc(0, 0, 0);
    }

    /** Decodes the struct at the start of {@code segment}. */
    public static IommuFaultAlloc read(MemorySegment segment) {
        return new IommuFaultAlloc(
                (int) FLAGS.get(segment), (int) OUT_FAULT_ID.get(segment), (int) OUT_FAULT_FD.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}, its size included. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        SIZE.set(segment, sizeOf(LAYOUT));
        FLAGS.set(segment, flags);
        OUT_FAULT_ID.set(segment, outFaultId);
        OUT_FAULT_FD.set(segment, outFaultFd);
    }
}
