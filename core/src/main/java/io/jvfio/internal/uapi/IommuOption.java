// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.sizeOf;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.toU16;
import static io.jvfio.internal.uapi.CLayouts.u16;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;
import static io.jvfio.internal.uapi.IommufdCommand.IOMMUFD_CMD_OPTION;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

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
    /** The C layout. */
    public static final StructLayout LAYOUT = struct(
            "iommu_option",
            u32("size"),
            u32("option_id"),
            u16("op"),
            u16("__reserved"),
            u32("object_id"),
            u64("val64"));

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

    private static final VarHandle SIZE = field(LAYOUT, "size");
    private static final VarHandle OPTION_ID = field(LAYOUT, "option_id");
    private static final VarHandle OP = field(LAYOUT, "op");
    private static final VarHandle OBJECT_ID = field(LAYOUT, "object_id");
    private static final VarHandle VAL64 = field(LAYOUT, "val64");

    /** Decodes the struct at the start of {@code segment}. */
    public static IommuOption read(MemorySegment segment) {
        return new IommuOption(
                (int) OPTION_ID.get(segment),
                Short.toUnsignedInt((short) OP.get(segment)),
                (int) OBJECT_ID.get(segment),
                (long) VAL64.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}, its size included. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        SIZE.set(segment, sizeOf(LAYOUT));
        OPTION_ID.set(segment, optionId);
        OP.set(segment, toU16(op));
        OBJECT_ID.set(segment, objectId);
        VAL64.set(segment, val64);
    }
}
