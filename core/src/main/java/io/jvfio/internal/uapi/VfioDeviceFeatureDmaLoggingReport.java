// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.u64;

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
    /** The C struct. */
    public static final Struct<VfioDeviceFeatureDmaLoggingReport> STRUCT =
            Struct.of(VfioDeviceFeatureDmaLoggingReport.class, u64("iova", "length", "page_size", "bitmap"));
}
