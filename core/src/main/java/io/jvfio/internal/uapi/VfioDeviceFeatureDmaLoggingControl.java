// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;

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
    /** The C struct. */
    public static final Struct<VfioDeviceFeatureDmaLoggingControl> STRUCT = Struct.of(
            VfioDeviceFeatureDmaLoggingControl.class, u64("page_size"), u32("num_ranges", "__reserved"), u64("ranges"));
}
