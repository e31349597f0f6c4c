// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;

/**
 * {@code struct iommu_hw_info_vtd} of {@code include/uapi/linux/iommufd.h}, since Linux 6.6: the IOMMU, if it is
 * Intel VT-d.
 *
 * <p>Threads: immutable.
 *
 * @param flags {@code IOMMU_HW_INFO_VTD_}
 * @param capReg the capability register
 * @param ecapReg the extended capability register
 */
public record IommuHwInfoVtd(int flags, long capReg, long ecapReg) implements IommuHwInfoData {
    /** The C struct. */
    public static final Struct<IommuHwInfoVtd> STRUCT =
            Struct.of(IommuHwInfoVtd.class, u32("flags", "__reserved"), u64("cap_reg", "ecap_reg"));

    /** A parent with read-only mappings cannot have nested tables. */
    public static final int IOMMU_HW_INFO_VTD_ERRATA_772415_SPR17 = 1 << 0;
}
