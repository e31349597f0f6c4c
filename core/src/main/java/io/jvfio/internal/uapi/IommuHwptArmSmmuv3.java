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
 * {@code struct iommu_hwpt_arm_smmuv3} of {@code include/uapi/linux/iommufd.h}, since Linux 6.13: a stream table
 * entry of a guest, for Arm SMMUv3.
 *
 * <p>Threads: immutable.
 *
 * @param ste the first two double words, little-endian
 */
public record IommuHwptArmSmmuv3(List<Long> ste) {
    /** The C layout. */
    public static final StructLayout LAYOUT = struct("iommu_hwpt_arm_smmuv3", array("ste", 2, JAVA_LONG));

    private static final ArrayMember STE = ArrayMember.of(LAYOUT, "ste");

    /** Copies the list. */
    public IommuHwptArmSmmuv3 {
        ste = exactly(2, ste);
    }

    /** Decodes the struct at the start of {@code segment}. */
    public static IommuHwptArmSmmuv3 read(MemorySegment segment) {
        return new IommuHwptArmSmmuv3(STE.read(segment, 2, CLayouts::int64));
    }

    /** Encodes the struct at the start of {@code segment}. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        STE.fill(segment, ste, CLayouts::int64);
    }
}
