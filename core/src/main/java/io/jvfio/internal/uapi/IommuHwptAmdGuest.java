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
 * {@code struct iommu_hwpt_amd_guest} of {@code include/uapi/linux/iommufd.h}, since Linux 7.0: a device table entry
 * of a guest, for AMD IOMMU.
 *
 * <p>Threads: immutable.
 *
 * @param dte four double words, little-endian
 */
public record IommuHwptAmdGuest(List<Long> dte) {
    /** The C layout. */
    public static final StructLayout LAYOUT = struct("iommu_hwpt_amd_guest", array("dte", 4, JAVA_LONG));

    private static final ArrayMember DTE = ArrayMember.of(LAYOUT, "dte");

    /** Copies the list. */
    public IommuHwptAmdGuest {
        dte = exactly(4, dte);
    }

    /** Decodes the struct at the start of {@code segment}. */
    public static IommuHwptAmdGuest read(MemorySegment segment) {
        return new IommuHwptAmdGuest(DTE.read(segment, 4, CLayouts::int64));
    }

    /** Encodes the struct at the start of {@code segment}. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        DTE.fill(segment, dte, CLayouts::int64);
    }
}
