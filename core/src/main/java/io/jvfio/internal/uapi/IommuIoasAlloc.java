// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.sizeOf;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.IommufdCommand.IOMMUFD_CMD_IOAS_ALLOC;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

/**
 * {@code struct iommu_ioas_alloc} of {@code include/uapi/linux/iommufd.h}, since Linux 6.2: makes an IO address
 * space.
 *
 * <p>Threads: immutable.
 *
 * @param flags 0
 * @param outIoasId its id
 */
public record IommuIoasAlloc(int flags, int outIoasId) {
    /** The C layout. */
    public static final StructLayout LAYOUT = struct("iommu_ioas_alloc", u32("size"), u32("flags"), u32("out_ioas_id"));

    /** Makes one; out: id. */
    public static final Ioctl IOMMU_IOAS_ALLOC = Ioctl.iommufd("IOMMU_IOAS_ALLOC", IOMMUFD_CMD_IOAS_ALLOC);

    private static final VarHandle SIZE = field(LAYOUT, "size");
    private static final VarHandle FLAGS = field(LAYOUT, "flags");
    private static final VarHandle OUT_IOAS_ID = field(LAYOUT, "out_ioas_id");

    /** Returns what to send. */
    public static IommuIoasAlloc request() {
        return new IommuIoasAlloc(0, 0);
    }

    /** Decodes the struct at the start of {@code segment}. */
    public static IommuIoasAlloc read(MemorySegment segment) {
        return new IommuIoasAlloc((int) FLAGS.get(segment), (int) OUT_IOAS_ID.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}, its size included. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        SIZE.set(segment, sizeOf(LAYOUT));
        FLAGS.set(segment, flags);
        OUT_IOAS_ID.set(segment, outIoasId);
    }
}
