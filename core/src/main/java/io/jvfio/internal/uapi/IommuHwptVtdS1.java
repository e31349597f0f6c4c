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
 * {@code struct iommu_hwpt_vtd_s1} of {@code include/uapi/linux/iommufd.h}, since Linux 6.7: a first-stage page table
 * of a guest, for Intel VT-d.
 *
 * <p>Threads: immutable.
 *
 * @param flags {@code IOMMU_VTD_S1_}
 * @param pgtblAddr the address of the table, a guest physical address
 * @param addrWidth of its input addresses, in bits
 */
public record IommuHwptVtdS1(long flags, long pgtblAddr, int addrWidth) {
    /** The C layout. */
    public static final StructLayout LAYOUT =
            struct("iommu_hwpt_vtd_s1", u64("flags"), u64("pgtbl_addr"), u32("addr_width"), u32("__reserved"));

    /** Supervisor requests are allowed. */
    public static final long IOMMU_VTD_S1_SRE = 1 << 0;

    /** Extended accessed flags are set. */
    public static final long IOMMU_VTD_S1_EAFE = 1 << 1;

    /** Write protection holds for supervisor requests. */
    public static final long IOMMU_VTD_S1_WPE = 1 << 2;

    private static final VarHandle FLAGS = field(LAYOUT, "flags");
    private static final VarHandle PGTBL_ADDR = field(LAYOUT, "pgtbl_addr");
    private static final VarHandle ADDR_WIDTH = field(LAYOUT, "addr_width");

    /** Decodes the struct at the start of {@code segment}. */
    public static IommuHwptVtdS1 read(MemorySegment segment) {
        return new IommuHwptVtdS1(
                (long) FLAGS.get(segment), (long) PGTBL_ADDR.get(segment), (int) ADDR_WIDTH.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        FLAGS.set(segment, flags);
        PGTBL_ADDR.set(segment, pgtblAddr);
        ADDR_WIDTH.set(segment, addrWidth);
    }
}
