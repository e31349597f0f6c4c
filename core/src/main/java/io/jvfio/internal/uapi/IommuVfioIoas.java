// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.sizeOf;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.toU16;
import static io.jvfio.internal.uapi.CLayouts.u16;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.IommufdCommand.IOMMUFD_CMD_VFIO_IOAS;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

/**
 * {@code struct iommu_vfio_ioas} of {@code include/uapi/linux/iommufd.h}, since Linux 6.2: which IOAS stands for the
 * container when an iommufd is used as one.
 *
 * <p>Threads: immutable.
 *
 * @param ioasId of the IOAS; out for GET
 * @param op {@code IOMMU_VFIO_IOAS_}
 */
public record IommuVfioIoas(int ioasId, int op) {
    /** The C layout. */
    public static final StructLayout LAYOUT =
            struct("iommu_vfio_ioas", u32("size"), u32("ioas_id"), u16("op"), u16("__reserved"));

    /** Asks, sets or clears. */
    public static final Ioctl IOMMU_VFIO_IOAS = Ioctl.iommufd("IOMMU_VFIO_IOAS", IOMMUFD_CMD_VFIO_IOAS);

    /** Asks. */
    public static final int IOMMU_VFIO_IOAS_GET = 0;

    /** Sets. */
    public static final int IOMMU_VFIO_IOAS_SET = 1;

    /** Leaves none. */
    public static final int IOMMU_VFIO_IOAS_CLEAR = 2;

    private static final VarHandle SIZE = field(LAYOUT, "size");
    private static final VarHandle IOAS_ID = field(LAYOUT, "ioas_id");
    private static final VarHandle OP = field(LAYOUT, "op");

    /** Decodes the struct at the start of {@code segment}. */
    public static IommuVfioIoas read(MemorySegment segment) {
        return new IommuVfioIoas((int) IOAS_ID.get(segment), Short.toUnsignedInt((short) OP.get(segment)));
    }

    /** Encodes the struct at the start of {@code segment}, its size included. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        SIZE.set(segment, sizeOf(LAYOUT));
        IOAS_ID.set(segment, ioasId);
        OP.set(segment, toU16(op));
    }
}
