// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.u64;

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
    /** The C struct. */
    public static final Struct<VfioDeviceFeatureDmaLoggingRange> STRUCT =
            Struct.of(VfioDeviceFeatureDmaLoggingRange.class, u64("iova", "length"));
}
