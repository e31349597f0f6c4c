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
 * {@code struct vfio_device_feature_mig_data_size} of {@code include/uapi/linux/vfio.h}, since Linux 6.2: an estimate
 * of the migration data.
 *
 * <p>Threads: immutable.
 *
 * @param stopCopyLength what would be read in STOP_COPY, in bytes
 */
public record VfioDeviceFeatureMigDataSize(long stopCopyLength) {
    /** The C layout. */
    public static final StructLayout LAYOUT = struct("vfio_device_feature_mig_data_size", u64("stop_copy_length"));

    private static final VarHandle STOP_COPY_LENGTH = field(LAYOUT, "stop_copy_length");

    /** Decodes the struct at the start of {@code segment}. */
    public static VfioDeviceFeatureMigDataSize read(MemorySegment segment) {
        return new VfioDeviceFeatureMigDataSize((long) STOP_COPY_LENGTH.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        STOP_COPY_LENGTH.set(segment, stopCopyLength);
    }
}
