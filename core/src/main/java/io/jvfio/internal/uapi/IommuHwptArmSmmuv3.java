// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.array;
import static io.jvfio.internal.uapi.CLayouts.exactly;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.util.List;

/**
 * {@code struct iommu_hwpt_arm_smmuv3} of {@code include/uapi/linux/iommufd.h}, since Linux 6.13: a stream table
 * entry of a guest, for Arm SMMUv3.
 *
 * <p>Threads: immutable.
 *
 * @param ste the first two double words, little-endian
 */
public record IommuHwptArmSmmuv3(List<Long> ste) {
    /** The C struct. */
    public static final Struct<IommuHwptArmSmmuv3> STRUCT =
            Struct.of(IommuHwptArmSmmuv3.class, array("ste", 2, JAVA_LONG));

    /** Copies the list. */
    public IommuHwptArmSmmuv3 {
        ste = exactly(2, ste);
    }
}
