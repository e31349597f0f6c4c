// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;

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
    /** The C struct. */
    public static final Struct<IommuHwptVtdS1Invalidate> STRUCT =
            Struct.of(IommuHwptVtdS1Invalidate.class, u64("addr", "npages"), u32("flags", "__reserved"));

    /** Only leaf entries. */
    public static final int IOMMU_VTD_INV_FLAGS_LEAF = 1 << 0;
}
