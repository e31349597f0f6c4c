// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.kernel;

import static io.jvfio.internal.uapi.VfioIommuType1Info.VFIO_IOMMU_GET_INFO;
import static io.jvfio.internal.uapi.VfioIommuType1Info.VFIO_IOMMU_INFO_PGSIZES;
import static io.jvfio.internal.uapi.VfioIommuType1Info.VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE;
import static io.jvfio.internal.uapi.VfioIommuType1Info.VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL;

import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.internal.uapi.InfoChain;
import io.jvfio.internal.uapi.VfioIommuType1Info;
import io.jvfio.internal.uapi.VfioIommuType1InfoCapIovaRange;
import io.jvfio.internal.uapi.VfioIommuType1InfoDmaAvail;
import io.jvfio.iommu.IovaRange;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * What a container says of itself ({@code VFIO_IOMMU_GET_INFO}).
 *
 * <p>Threads: immutable.
 *
 * @param usable where IOVAs may lie; everywhere, on a kernel before 5.4 that does not tell
 * @param pageSizes the page sizes, one bit for each
 * @param mapsLeft how many more maps are allowed, or -1 if the kernel does not tell or has no limit
 */
record Type1Limits(List<IovaRange> usable, long pageSizes, long mapsLeft) {

    static Type1Limits read(Descriptor container, SystemCalls sys, String subject) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment segment = Ioctls.info(
                    arena,
                    container,
                    VFIO_IOMMU_GET_INFO,
                    VfioIommuType1Info.STRUCT,
                    VfioIommuType1Info.request(),
                    subject);
            VfioIommuType1Info info = VfioIommuType1Info.STRUCT.read(segment);
            boolean told = (info.flags() & VFIO_IOMMU_INFO_PGSIZES) != 0 && info.iovaPgsizes() != 0;
            InfoChain chain = info.capabilities(segment);
            return new Type1Limits(usable(chain), told ? info.iovaPgsizes() : sys.pageSize(), mapsLeft(chain));
        }
    }

    private static List<IovaRange> usable(InfoChain chain) {
        InfoChain.Link link = chain.find(VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE);
        if (link == null) {
            return List.of(IovaRange.ALL);
        }
        return VfioIommuType1InfoCapIovaRange.STRUCT.read(link.segment()).iovaRanges().stream()
                .map(range -> new IovaRange(range.start(), range.end()))
                .toList();
    }

    private static long mapsLeft(InfoChain chain) {
        InfoChain.Link link = chain.find(VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL);
        return link == null
                ? -1
                : toCount(VfioIommuType1InfoDmaAvail.STRUCT.read(link.segment()).avail());
    }

    /** All ones is how iommufd's compatibility layer says that it counts nothing. */
    private static long toCount(int avail) {
        return avail == -1 ? -1 : Integer.toUnsignedLong(avail);
    }
}
