// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.array;
import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.exactly;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
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
    /** The C layout. */
    public static final StructLayout LAYOUT = struct("iommu_viommu_arm_smmuv3_invalidate", array("cmd", 2, JAVA_LONG));

    private static final ArrayMember CMD = ArrayMember.of(LAYOUT, "cmd");

    /** Copies the list. */
    public IommuViommuArmSmmuv3Invalidate {
        cmd = exactly(2, cmd);
    }

    /** Decodes the struct at the start of {@code segment}. */
    public static IommuViommuArmSmmuv3Invalidate read(MemorySegment segment) {
        return new IommuViommuArmSmmuv3Invalidate(CMD.read(segment, 2, CLayouts::int64));
    }

    /** Encodes the struct at the start of {@code segment}. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        CMD.fill(segment, cmd, CLayouts::int64);
    }
}
