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
 * {@code struct vfio_device_feature_dma_logging_report} of {@code include/uapi/linux/vfio.h}, since Linux 6.1: asks
 * which pages were written since the last report.
 *
 * <p>Threads: immutable.
 *
 * @param iova where the range starts
 * @param length of the range, in bytes
 * @param pageSize of a bit, in bytes
 * @param bitmap the address of the bitmap; the kernel sets bits and clears none
 */
public record VfioDeviceFeatureDmaLoggingReport(long iova, long length, long pageSize, long bitmap) {
    /** The C layout. */
    public static final StructLayout LAYOUT = struct(
            "vfio_device_feature_dma_logging_report", u64("iova"), u64("length"), u64("page_size"), u64("bitmap"));

    private static final VarHandle IOVA = field(LAYOUT, "iova");
    private static final VarHandle LENGTH = field(LAYOUT, "length");
    private static final VarHandle PAGE_SIZE = field(LAYOUT, "page_size");
    private static final VarHandle BITMAP = field(LAYOUT, "bitmap");

    /** Decodes the struct at the start of {@code segment}. */
    public static VfioDeviceFeatureDmaLoggingReport read(MemorySegment segment) {
        return new VfioDeviceFeatureDmaLoggingReport(
                (long) IOVA.get(segment), (long) LENGTH.get(segment), (long) PAGE_SIZE.get(segment), (long)
                        BITMAP.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        IOVA.set(segment, iova);
        LENGTH.set(segment, length);
        PAGE_SIZE.set(segment, pageSize);
        BITMAP.set(segment, bitmap);
    }
}
