// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;

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
    /** The C struct. */
    public static final Struct<IommuHwptVtdS1> STRUCT =
            Struct.of(IommuHwptVtdS1.class, u64("flags", "pgtbl_addr"), u32("addr_width", "__reserved"));

    /** Supervisor requests are allowed. */
    public static final long IOMMU_VTD_S1_SRE = 1 << 0;

    /** Extended accessed flags are set. */
    public static final long IOMMU_VTD_S1_EAFE = 1 << 1;

    /** Write protection holds for supervisor requests. */
    public static final long IOMMU_VTD_S1_WPE = 1 << 2;
}
