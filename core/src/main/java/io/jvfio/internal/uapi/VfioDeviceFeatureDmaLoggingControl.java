// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

/**
 * {@code struct vfio_device_feature_dma_logging_control} of {@code include/uapi/linux/vfio.h}, since Linux 6.1:
 * starts recording which memory a device writes.
 *
 * <p>Threads: immutable.
 *
 * @param pageSize of the record, in bytes; 0 for the device's choice
 * @param numRanges how many ranges
 * @param ranges the address of an array of {@link VfioDeviceFeatureDmaLoggingRange}
 */
public record VfioDeviceFeatureDmaLoggingControl(long pageSize, int numRanges, long ranges) {
    /** The C layout. */
    public static final StructLayout LAYOUT = struct(
            "vfio_device_feature_dma_logging_control",
            u64("page_size"),
            u32("num_ranges"),
            u32("__reserved"),
            u64("ranges"));

    private static final VarHandle PAGE_SIZE = field(LAYOUT, "page_size");
    private static final VarHandle NUM_RANGES = field(LAYOUT, "num_ranges");
    private static final VarHandle RANGES = field(LAYOUT, "ranges");

    /** Decodes the struct at the start of {@code segment}. */
    public static VfioDeviceFeatureDmaLoggingControl read(MemorySegment segment) {
        return new VfioDeviceFeatureDmaLoggingControl(
                (long) PAGE_SIZE.get(segment), (int) NUM_RANGES.get(segment), (long) RANGES.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        PAGE_SIZE.set(segment, pageSize);
        NUM_RANGES.set(segment, numRanges);
        RANGES.set(segment, ranges);
    }
}
