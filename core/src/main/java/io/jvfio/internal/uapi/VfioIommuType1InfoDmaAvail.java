// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u32;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

/**
 * {@code struct vfio_iommu_type1_info_dma_avail} of {@code include/uapi/linux/vfio.h}, since Linux 5.10: how many
 * mappings are left.
 *
 * <p>Threads: immutable.
 *
 * @param header its id, its version, and where the next capability starts
 * @param avail how many more can be made
 */
public record VfioIommuType1InfoDmaAvail(VfioInfoCapHeader header, int avail) {
    /** The C layout. */
    public static final StructLayout LAYOUT =
            struct("vfio_iommu_type1_info_dma_avail", VfioInfoCapHeader.LAYOUT.withName("header"), u32("avail"));

    private static final VarHandle AVAIL = field(LAYOUT, "avail");

    /** Decodes the struct at the start of {@code segment}. */
    public static VfioIommuType1InfoDmaAvail read(MemorySegment segment) {
        return new VfioIommuType1InfoDmaAvail(VfioInfoCapHeader.read(segment), (int) AVAIL.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        header.fill(segment);
        AVAIL.set(segment, avail);
    }
}
