// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.sizeOf;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.IommufdCommand.IOMMUFD_CMD_IOAS_CHANGE_PROCESS;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

/**
 * {@code struct iommu_ioas_change_process} of {@code include/uapi/linux/iommufd.h}, since Linux 6.13: counts the
 * pinned memory of all file mappings to this process from now on.
 *
 * <p>Threads: immutable.
 */
public record IommuIoasChangeProcess() {
    /** The C layout. */
    public static final StructLayout LAYOUT = struct("iommu_ioas_change_process", u32("size"), u32("__reserved"));

    /** Changes the process; nothing in, nothing out. */
    public static final Ioctl IOMMU_IOAS_CHANGE_PROCESS =
            Ioctl.iommufd("IOMMU_IOAS_CHANGE_PROCESS", IOMMUFD_CMD_IOAS_CHANGE_PROCESS);

    private static final VarHandle SIZE = field(LAYOUT, "size");

    /** Encodes the struct at the start of {@code segment}, its size included. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        SIZE.set(segment, sizeOf(LAYOUT));
    }
}
