// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.flexible;
import static io.jvfio.internal.uapi.CLayouts.u32;

import java.util.List;

/**
 * {@code struct vfio_device_feature_dma_buf} of {@code include/uapi/linux/vfio.h}, since Linux 6.19: exports parts of
 * a region as a dma-buf; the result of the ioctl is its descriptor.
 *
 * <p>Threads: immutable.
 *
 * @param regionIndex which region
 * @param openFlags {@code O_CLOEXEC} and an access mode, as for {@code open(2)}
 * @param flags 0
 * @param dmaRanges the parts, at least one
 */
public record VfioDeviceFeatureDmaBuf(int regionIndex, int openFlags, int flags, List<VfioRegionDmaRange> dmaRanges) {
    /** The C struct. */
    public static final Struct<VfioDeviceFeatureDmaBuf> STRUCT = Struct.of(
            VfioDeviceFeatureDmaBuf.class,
            u32("region_index", "open_flags", "flags", "nr_ranges"),
            flexible("dma_ranges", VfioRegionDmaRange.STRUCT.layout()));

    /** The ranges behind the fixed part. */
    public static final ArrayMember DMA_RANGES = STRUCT.array("dma_ranges");

    /** Copies the list. */
    public VfioDeviceFeatureDmaBuf {
        dmaRanges = List.copyOf(dmaRanges);
    }

    /** Returns the size of the struct with its ranges, in bytes. */
    public long byteSize() {
        return DMA_RANGES.structSize(dmaRanges.size());
    }
}
