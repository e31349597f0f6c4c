// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u64;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

/**
 * {@code struct iommu_iova_range} of {@code include/uapi/linux/iommufd.h}, since Linux 6.2: a range of IOVAs.
 *
 * <p>Threads: immutable.
 *
 * @param start the first one
 * @param last the last one, inclusive
 */
public record IommuIovaRange(long start, long last) {
    /** The C layout. */
    public static final StructLayout LAYOUT = struct("iommu_iova_range", u64("start"), u64("last"));

    private static final VarHandle START = field(LAYOUT, "start");
    private static final VarHandle LAST = field(LAYOUT, "last");

    /** Decodes the struct at the start of {@code segment}. */
    public static IommuIovaRange read(MemorySegment segment) {
        return new IommuIovaRange((long) START.get(segment), (long) LAST.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        START.set(segment, start);
        LAST.set(segment, last);
    }
}
