// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.u64;

/**
 * {@code struct vfio_region_dma_range} of {@code include/uapi/linux/vfio.h}, since Linux 6.19: a part of a region to
 * export.
 *
 * <p>Threads: immutable.
 *
 * @param offset from the start of the region, in bytes
 * @param length in bytes
 */
public record VfioRegionDmaRange(long offset, long length) {
    /** The C struct. */
    public static final Struct<VfioRegionDmaRange> STRUCT =
            Struct.of(VfioRegionDmaRange.class, u64("offset", "length"));
}
