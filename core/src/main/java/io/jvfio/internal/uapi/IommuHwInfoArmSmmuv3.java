// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.array;
import static io.jvfio.internal.uapi.CLayouts.exactly;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.util.List;

/**
 * {@code struct iommu_hw_info_arm_smmuv3} of {@code include/uapi/linux/iommufd.h}, since Linux 6.13: the IOMMU, if it
 * is Arm SMMUv3.
 *
 * <p>Threads: immutable.
 *
 * @param flags {@code IOMMU_HW_INFO_ARM_SMMUV3_}
 * @param idr the registers IDR0 to IDR5
 * @param iidr the register IIDR
 * @param aidr the register AIDR
 */
public record IommuHwInfoArmSmmuv3(int flags, List<Integer> idr, int iidr, int aidr) implements IommuHwInfoData {
    /** The C struct. */
    public static final Struct<IommuHwInfoArmSmmuv3> STRUCT = Struct.of(
            IommuHwInfoArmSmmuv3.class, u32("flags", "__reserved"), array("idr", 6, JAVA_INT), u32("iidr", "aidr"));

    /** Invalidation commands must be given twice. */
    public static final int IOMMU_HW_INFO_ARM_SMMUV3_ERRATA_REPEAT_TLBI_CFGI = 1 << 0;

    /** Copies the list. */
    public IommuHwInfoArmSmmuv3 {
        idr = exactly(6, idr);
    }
}
