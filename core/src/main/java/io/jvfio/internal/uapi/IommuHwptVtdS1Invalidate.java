// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

/**
 * {@code struct iommu_hwpt_vtd_s1_invalidate} of {@code include/uapi/linux/iommufd.h}, since Linux 6.8: an
 * invalidation of an {@link IommuHwptVtdS1}.
 *
 * <p>Threads: immutable.
 *
 * @param addr where it starts; 0 with all ones pages for all
 * @param npages how many 4 KiB pages
 * @param flags {@link #IOMMU_VTD_INV_FLAGS_LEAF} or 0
 */
public record IommuHwptVtdS1Invalidate(long addr, long npages, int flags) {
    /** The C layout. */
    public static final StructLayout LAYOUT =
            struct("iommu_hwpt_vtd_s1_invalidate", u64("addr"), u64("npages"), u32("flags"), u32("__reserved"));

    /** Only leaf entries. */
    public static final int IOMMU_VTD_INV_FLAGS_LEAF = 1 << 0;

    private static final VarHandle ADDR = field(LAYOUT, "addr");
    private static final VarHandle NPAGES = field(LAYOUT, "npages");
    private static final VarHandle FLAGS = field(LAYOUT, "flags");

    /** Decodes the struct at the start of {@code segment}. */
    public static IommuHwptVtdS1Invalidate read(MemorySegment segment) {
        return new IommuHwptVtdS1Invalidate(
                (long) ADDR.get(segment), (long) NPAGES.get(segment), (int) FLAGS.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        ADDR.set(segment, addr);
        NPAGES.set(segment, npages);
        FLAGS.set(segment, flags);
    }
}
