// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.u64;

/**
 * {@code struct vfio_device_feature_migration} of {@code include/uapi/linux/vfio.h}, since Linux 5.18: which
 * migration states a device has.
 *
 * <p>Threads: immutable.
 *
 * @param flags {@code VFIO_MIGRATION_}; 0 is not possible
 */
public record VfioDeviceFeatureMigration(long flags) {
    /** The C struct. */
    public static final Struct<VfioDeviceFeatureMigration> STRUCT =
            Struct.of(VfioDeviceFeatureMigration.class, u64("flags"));

    /** The basic states: STOP, STOP_COPY, RESUMING. */
    public static final long VFIO_MIGRATION_STOP_COPY = 1 << 0;

    /** RUNNING_P2P, too. */
    public static final long VFIO_MIGRATION_P2P = 1 << 1;

    /** PRE_COPY, too; since Linux 6.2. */
    public static final long VFIO_MIGRATION_PRE_COPY = 1 << 2;
}
