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
 * {@code struct iommu_vevent_arm_smmuv3} of {@code include/uapi/linux/iommufd.h}, since Linux 6.15: an event of Arm
 * SMMUv3, with the stream id of the guest.
 *
 * <p>Threads: immutable.
 *
 * @param evt four double words, little-endian
 */
public record IommuVeventArmSmmuv3(List<Long> evt) {
    /** The C layout. */
    public static final StructLayout LAYOUT = struct("iommu_vevent_arm_smmuv3", array("evt", 4, JAVA_LONG));

    private static final ArrayMember EVT = ArrayMember.of(LAYOUT, "evt");

    /** Copies the list. */
    public IommuVeventArmSmmuv3 {
        evt = exactly(4, evt);
    }

    /** Decodes the struct at the start of {@code segment}. */
    public static IommuVeventArmSmmuv3 read(MemorySegment segment) {
        return new IommuVeventArmSmmuv3(EVT.read(segment, 4, CLayouts::int64));
    }

    /** Encodes the struct at the start of {@code segment}. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        EVT.fill(segment, evt, CLayouts::int64);
    }
}
