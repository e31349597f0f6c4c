// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.sizeOf;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;
import static io.jvfio.internal.uapi.IommufdCommand.IOMMUFD_CMD_HW_QUEUE_ALLOC;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

/**
 * {@code struct iommu_hw_queue_alloc} of {@code include/uapi/linux/iommufd.h}, since Linux 6.17: gives the hardware a
 * queue in the memory of a guest.
 *
 * <p>Threads: immutable.
 *
 * @param flags 0
 * @param viommuId of the vIOMMU
 * @param type {@code IOMMU_HW_QUEUE_TYPE_}
 * @param index which queue of the virtual interface
 * @param outHwQueueId its id
 * @param nestingParentIova where the queue is, in the nesting parent
 * @param length of the queue, in bytes
 */
public record IommuHwQueueAlloc(
        int flags, int viommuId, int type, int index, int outHwQueueId, long nestingParentIova, long length) {
    /** The C layout. */
    public static final StructLayout LAYOUT = struct(
            "iommu_hw_queue_alloc",
            u32("size"),
            u32("flags"),
            u32("viommu_id"),
            u32("type"),
            u32("index"),
            u32("out_hw_queue_id"),
            u64("nesting_parent_iova"),
            u64("length"));

    /** Makes one; out: id. */
    public static final Ioctl IOMMU_HW_QUEUE_ALLOC = Ioctl.iommufd("IOMMU_HW_QUEUE_ALLOC", IOMMUFD_CMD_HW_QUEUE_ALLOC);

    /** Not to be used. */
    public static final int IOMMU_HW_QUEUE_TYPE_DEFAULT = 0;

    /** A command queue of NVIDIA Tegra241. */
    public static final int IOMMU_HW_QUEUE_TYPE_TEGRA241_CMDQV = 1;

    private static final VarHandle SIZE = field(LAYOUT, "size");
    private static final VarHandle FLAGS = field(LAYOUT, "flags");
    private static final VarHandle VIOMMU_ID = field(LAYOUT, "viommu_id");
    private static final VarHandle TYPE = field(LAYOUT, "type");
    private static final VarHandle INDEX = field(LAYOUT, "index");
    private static final VarHandle OUT_HW_QUEUE_ID = field(LAYOUT, "out_hw_queue_id");
    private static final VarHandle NESTING_PARENT_IOVA = field(LAYOUT, "nesting_parent_iova");
    private static final VarHandle LENGTH = field(LAYOUT, "length");

    /** Decodes the struct at the start of {@code segment}. */
    public static IommuHwQueueAlloc read(MemorySegment segment) {
        return new IommuHwQueueAlloc(
                (int) FLAGS.get(segment),
                (int) VIOMMU_ID.get(segment),
                (int) TYPE.get(segment),
                (int) INDEX.get(segment),
                (int) OUT_HW_QUEUE_ID.get(segment),
                (long) NESTING_PARENT_IOVA.get(segment),
                (long) LENGTH.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}, its size included. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        SIZE.set(segment, sizeOf(LAYOUT));
        FLAGS.set(segment, flags);
        VIOMMU_ID.set(segment, viommuId);
        TYPE.set(segment, type);
        INDEX.set(segment, index);
        OUT_HW_QUEUE_ID.set(segment, outHwQueueId);
        NESTING_PARENT_IOVA.set(segment, nestingParentIova);
        LENGTH.set(segment, length);
    }
}
