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
 * {@code struct iommu_vevent_tegra241_cmdqv} of {@code include/uapi/linux/iommufd.h}, since Linux 6.17: an error
 * event of the command queues of NVIDIA Tegra241.
 *
 * <p>Threads: immutable.
 *
 * @param lvcmdqErrMap a bit for each queue, little-endian
 */
public record IommuVeventTegra241Cmdqv(List<Long> lvcmdqErrMap) {
    /** The C layout. */
    public static final StructLayout LAYOUT =
            struct("iommu_vevent_tegra241_cmdqv", array("lvcmdq_err_map", 2, JAVA_LONG));

    private static final ArrayMember LVCMDQ_ERR_MAP = ArrayMember.of(LAYOUT, "lvcmdq_err_map");

    /** Copies the list. */
    public IommuVeventTegra241Cmdqv {
        lvcmdqErrMap = exactly(2, lvcmdqErrMap);
    }

    /** Decodes the struct at the start of {@code segment}. */
    public static IommuVeventTegra241Cmdqv read(MemorySegment segment) {
        return new IommuVeventTegra241Cmdqv(LVCMDQ_ERR_MAP.read(segment, 2, CLayouts::int64));
    }

    /** Encodes the struct at the start of {@code segment}. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        LVCMDQ_ERR_MAP.fill(segment, lvcmdqErrMap, CLayouts::int64);
    }
}
