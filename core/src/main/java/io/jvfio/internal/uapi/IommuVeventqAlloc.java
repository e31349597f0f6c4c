// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.sizeOf;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.IommufdCommand.IOMMUFD_CMD_VEVENTQ_ALLOC;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

/**
 * {@code struct iommu_veventq_alloc} of {@code include/uapi/linux/iommufd.h}, since Linux 6.15: makes an event queue.
 *
 * <p>Threads: immutable.
 *
 * @param flags 0
 * @param viommuId of the vIOMMU
 * @param type {@code IOMMU_VEVENTQ_TYPE_}
 * @param veventqDepth how many events it holds
 * @param outVeventqId its id
 * @param outVeventqFd its descriptor, to be closed by the caller
 */
public record IommuVeventqAlloc(
        int flags, int viommuId, int type, int veventqDepth, int outVeventqId, int outVeventqFd) {
    /** The C layout. */
    public static final StructLayout LAYOUT = struct(
            "iommu_veventq_alloc",
            u32("size"),
            u32("flags"),
            u32("viommu_id"),
            u32("type"),
            u32("veventq_depth"),
            u32("out_veventq_id"),
            u32("out_veventq_fd"),
            u32("__reserved"));

    /** Makes one; out: id, descriptor. */
    public static final Ioctl IOMMU_VEVENTQ_ALLOC = Ioctl.iommufd("IOMMU_VEVENTQ_ALLOC", IOMMUFD_CMD_VEVENTQ_ALLOC);

    /** Not to be used. */
    public static final int IOMMU_VEVENTQ_TYPE_DEFAULT = 0;

    /** {@link IommuVeventArmSmmuv3}. */
    public static final int IOMMU_VEVENTQ_TYPE_ARM_SMMUV3 = 1;

    /** {@link IommuVeventTegra241Cmdqv}; since Linux 6.17. */
    public static final int IOMMU_VEVENTQ_TYPE_TEGRA241_CMDQV = 2;

    private static final VarHandle SIZE = field(LAYOUT, "size");
    private static final VarHandle FLAGS = field(LAYOUT, "flags");
    private static final VarHandle VIOMMU_ID = field(LAYOUT, "viommu_id");
    private static final VarHandle TYPE = field(LAYOUT, "type");
    private static final VarHandle VEVENTQ_DEPTH = field(LAYOUT, "veventq_depth");
    private static final VarHandle OUT_VEVENTQ_ID = field(LAYOUT, "out_veventq_id");
    private static final VarHandle OUT_VEVENTQ_FD = field(LAYOUT, "out_veventq_fd");

    /** Returns what to send. */
    public static IommuVeventqAlloc request(int viommuId, int type, int veventqDepth) {
        return new IommuVeventqAlloc(0, viommuId, type, veventqDepth, 0, 0);
    }

    /** Decodes the struct at the start of {@code segment}. */
    public static IommuVeventqAlloc read(MemorySegment segment) {
        return new IommuVeventqAlloc(
                (int) FLAGS.get(segment),
                (int) VIOMMU_ID.get(segment),
                (int) TYPE.get(segment),
                (int) VEVENTQ_DEPTH.get(segment),
                (int) OUT_VEVENTQ_ID.get(segment),
                (int) OUT_VEVENTQ_FD.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}, its size included. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        SIZE.set(segment, sizeOf(LAYOUT));
        FLAGS.set(segment, flags);
        VIOMMU_ID.set(segment, viommuId);
        TYPE.set(segment, type);
        VEVENTQ_DEPTH.set(segment, veventqDepth);
        OUT_VEVENTQ_ID.set(segment, outVeventqId);
        OUT_VEVENTQ_FD.set(segment, outVeventqFd);
    }
}
