// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.array;
import static io.jvfio.internal.uapi.CLayouts.exactly;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.util.List;

/**
 * {@code struct iommu_hwpt_amd_guest} of {@code include/uapi/linux/iommufd.h}, since Linux 7.0: a device table entry
 * of a guest, for AMD IOMMU.
 *
 * <p>Threads: immutable.
 *
 * @param dte four double words, little-endian
 */
public record IommuHwptAmdGuest(List<Long> dte) {
    /** The C struct. */
    public static final Struct<IommuHwptAmdGuest> STRUCT =
            Struct.of(IommuHwptAmdGuest.class, array("dte", 4, JAVA_LONG));

    /** Copies the list. */
    public IommuHwptAmdGuest {
        dte = exactly(4, dte);
    }
}
