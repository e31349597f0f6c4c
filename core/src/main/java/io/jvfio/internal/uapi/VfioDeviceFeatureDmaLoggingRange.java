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
 * {@code struct vfio_device_feature_dma_logging_range} of {@code include/uapi/linux/vfio.h}, since Linux 6.1: an IOVA
 * range to watch.
 *
 * <p>Threads: immutable.
 *
 * @param iova where it starts
 * @param length in bytes
 */
public record VfioDeviceFeatureDmaLoggingRange(long iova, long length) {
    /** The C layout. */
    public static final StructLayout LAYOUT =
            struct("vfio_device_feature_dma_logging_range", u64("iova"), u64("length"));

    private static final VarHandle IOVA = field(LAYOUT, "iova");
    private static final VarHandle LENGTH = field(LAYOUT, "length");

    /** Decodes the struct at the start of {@code segment}. */
    public static VfioDeviceFeatureDmaLoggingRange read(MemorySegment segment) {
        return new VfioDeviceFeatureDmaLoggingRange((long) IOVA.get(segment), (long) LENGTH.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        IOVA.set(segment, iova);
        LENGTH.set(segment, length);
    }
}
