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
 * {@code struct vfio_device_feature_migration} of {@code include/uapi/linux/vfio.h}, since Linux 5.18: which
 * migration states a device has.
 *
 * <p>Threads: immutable.
 *
 * @param flags {@code VFIO_MIGRATION_}; 0 is not possible
 */
public record VfioDeviceFeatureMigration(long flags) {
    /** The C layout. */
    public static final StructLayout LAYOUT = struct("vfio_device_feature_migration", u64("flags"));

    /** The basic states: STOP, STOP_COPY, RESUMING. */
    public static final long VFIO_MIGRATION_STOP_COPY = 1 << 0;

    /** RUNNING_P2P, too. */
    public static final long VFIO_MIGRATION_P2P = 1 << 1;

    /** PRE_COPY, too; since Linux 6.2. */
    public static final long VFIO_MIGRATION_PRE_COPY = 1 << 2;

    private static final VarHandle FLAGS = field(LAYOUT, "flags");

    /** Decodes the struct at the start of {@code segment}. */
    public static VfioDeviceFeatureMigration read(MemorySegment segment) {
        return new VfioDeviceFeatureMigration((long) FLAGS.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        FLAGS.set(segment, flags);
    }
}
