// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.flexible;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u32;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;
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
    /** The C layout. */
    public static final StructLayout LAYOUT = struct(
            "vfio_device_feature_dma_buf",
            u32("region_index"),
            u32("open_flags"),
            u32("flags"),
            u32("nr_ranges"),
            flexible("dma_ranges", VfioRegionDmaRange.LAYOUT));

    /** The ranges behind the fixed part. */
    public static final ArrayMember DMA_RANGES = ArrayMember.of(LAYOUT, "dma_ranges");

    private static final VarHandle REGION_INDEX = field(LAYOUT, "region_index");
    private static final VarHandle OPEN_FLAGS = field(LAYOUT, "open_flags");
    private static final VarHandle FLAGS = field(LAYOUT, "flags");
    private static final VarHandle NR_RANGES = field(LAYOUT, "nr_ranges");

    /** Copies the list. */
    public VfioDeviceFeatureDmaBuf {
        dmaRanges = List.copyOf(dmaRanges);
    }

    /** Decodes the struct at the start of {@code segment}. */
    public static VfioDeviceFeatureDmaBuf read(MemorySegment segment) {
        return new VfioDeviceFeatureDmaBuf(
                (int) REGION_INDEX.get(segment),
                (int) OPEN_FLAGS.get(segment),
                (int) FLAGS.get(segment),
                DMA_RANGES.read(segment, (int) NR_RANGES.get(segment), VfioRegionDmaRange::read));
    }

    /** Encodes the struct at the start of {@code segment}. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        REGION_INDEX.set(segment, regionIndex);
        OPEN_FLAGS.set(segment, openFlags);
        FLAGS.set(segment, flags);
        NR_RANGES.set(segment, dmaRanges.size());
        DMA_RANGES.fill(segment, dmaRanges, VfioRegionDmaRange::fill);
    }

    /** Returns the size of the struct with its ranges, in bytes. */
    public long byteSize() {
        return DMA_RANGES.structSize(dmaRanges.size());
    }
}
