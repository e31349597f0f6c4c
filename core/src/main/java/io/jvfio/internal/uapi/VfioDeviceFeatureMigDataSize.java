// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.u64;

/**
 * {@code struct vfio_device_feature_mig_data_size} of {@code include/uapi/linux/vfio.h}, since Linux 6.2: an estimate
 * of the migration data.
 *
 * <p>Threads: immutable.
 *
 * @param stopCopyLength what would be read in STOP_COPY, in bytes
 */
public record VfioDeviceFeatureMigDataSize(long stopCopyLength) {
    /** The C struct. */
    public static final Struct<VfioDeviceFeatureMigDataSize> STRUCT =
            Struct.of(VfioDeviceFeatureMigDataSize.class, u64("stop_copy_length"));
}
