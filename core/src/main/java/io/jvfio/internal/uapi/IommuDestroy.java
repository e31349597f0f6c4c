// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.sizeOf;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.IommufdCommand.IOMMUFD_CMD_DESTROY;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

/**
 * {@code struct iommu_destroy} of {@code include/uapi/linux/iommufd.h}, since Linux 6.2: destroys an object of an
 * iommufd.
 *
 * <p>Threads: immutable.
 *
 * @param id of the object
 */
public record IommuDestroy(int id) {
    /** The C layout. */
    public static final StructLayout LAYOUT = struct("iommu_destroy", u32("size"), u32("id"));

    /** Destroys; in: id. {@code EBUSY} while something uses the object. */
    public static final Ioctl IOMMU_DESTROY = Ioctl.iommufd("IOMMU_DESTROY", IOMMUFD_CMD_DESTROY);

    private static final VarHandle SIZE = field(LAYOUT, "size");
    private static final VarHandle ID = field(LAYOUT, "id");

    /** Decodes the struct at the start of {@code segment}. */
    public static IommuDestroy read(MemorySegment segment) {
        return new IommuDestroy((int) ID.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}, its size included. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        SIZE.set(segment, sizeOf(LAYOUT));
        ID.set(segment, id);
    }
}
