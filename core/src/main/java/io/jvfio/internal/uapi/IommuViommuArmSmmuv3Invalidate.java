// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.array;
import static io.jvfio.internal.uapi.CLayouts.exactly;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.util.List;

/**
 * {@code struct iommu_viommu_arm_smmuv3_invalidate} of {@code include/uapi/linux/iommufd.h}, since Linux 6.13: an
 * invalidation command of a guest, for Arm SMMUv3.
 *
 * <p>Threads: immutable.
 *
 * @param cmd two double words, little-endian
 */
public record IommuViommuArmSmmuv3Invalidate(List<Long> cmd) {
    /** The C struct. */
    public static final Struct<IommuViommuArmSmmuv3Invalidate> STRUCT =
            Struct.of(IommuViommuArmSmmuv3Invalidate.class, array("cmd", 2, JAVA_LONG));

    /** Copies the list. */
    public IommuViommuArmSmmuv3Invalidate {
        cmd = exactly(2, cmd);
    }
}
