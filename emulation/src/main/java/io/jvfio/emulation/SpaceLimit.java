// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import io.jvfio.Hex;
import io.jvfio.iommu.IovaRange;
import java.util.ArrayList;
import java.util.List;

/**
 * What an address space is limited to.
 *
 * <p>Threads: immutable.
 *
 * @param ranges where IOVAs may lie, ascending, apart
 * @param pageSizes one bit for each page size
 */
record SpaceLimit(List<IovaRange> ranges, long pageSizes) {
    static final SpaceLimit NONE = new SpaceLimit(List.of(IovaRange.ALL), -1);

    SpaceLimit {
        ranges = List.copyOf(ranges);
    }

    /** Whether nothing can be mapped. */
    boolean isEmpty() {
        return ranges.isEmpty() || pageSizes == 0;
    }

    /** What both allow. */
    SpaceLimit and(SpaceLimit other) {
        List<IovaRange> both = new ArrayList<>();
        for (IovaRange a : ranges) {
            for (IovaRange b : other.ranges) {
                IovaRange part = a.intersection(b);
                if (part != null) {
                    both.add(part);
                }
            }
        }
        return new SpaceLimit(both, pageSizes & other.pageSizes);
    }

    /** {@code [0x1000..0x1fff] with page sizes 0x1000}. */
    @Override
    public String toString() {
        return ranges + " with page sizes " + Hex.of(pageSizes);
    }
}
