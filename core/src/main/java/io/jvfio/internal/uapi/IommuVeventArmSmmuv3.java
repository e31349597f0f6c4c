// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.array;
import static io.jvfio.internal.uapi.CLayouts.exactly;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

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
    /** The C struct. */
    public static final Struct<IommuVeventArmSmmuv3> STRUCT =
            Struct.of(IommuVeventArmSmmuv3.class, array("evt", 4, JAVA_LONG));

    /** Copies the list. */
    public IommuVeventArmSmmuv3 {
        evt = exactly(4, evt);
    }
}
