// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.kernel;

import static io.jvfio.internal.uapi.VfioIommuType1DmaMap.VFIO_DMA_MAP_FLAG_READ;
import static io.jvfio.internal.uapi.VfioIommuType1DmaMap.VFIO_DMA_MAP_FLAG_WRITE;
import static io.jvfio.internal.uapi.VfioIommuType1DmaMap.VFIO_IOMMU_MAP_DMA;
import static io.jvfio.internal.uapi.VfioIommuType1DmaUnmap.VFIO_IOMMU_UNMAP_DMA;

import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.uapi.VfioIommuType1DmaMap;
import io.jvfio.internal.uapi.VfioIommuType1DmaUnmap;
import io.jvfio.iommu.Access;
import io.jvfio.iommu.DmaBackend;
import io.jvfio.iommu.DmaSource;
import java.lang.foreign.MemorySegment;

/**
 * Maps through a container, {@code VFIO_IOMMU_MAP_DMA} and {@code VFIO_IOMMU_UNMAP_DMA}.
 *
 * <p>Threads: thread-safe; the kernel serializes.
 */
final class Type1Backend implements DmaBackend {
    private final Descriptor container;
    private final String subject;

    Type1Backend(Descriptor container, String subject) {
        this.container = container;
        this.subject = subject;
    }

    @Override
    public void map(long iova, DmaSource source, Access access) {
        MemorySegment memory = Memories.local(source, "a container");
        int flags =
                (access.readable() ? VFIO_DMA_MAP_FLAG_READ : 0) | (access.writable() ? VFIO_DMA_MAP_FLAG_WRITE : 0);
        VfioIommuType1DmaMap request = new VfioIommuType1DmaMap(flags, memory.address(), iova, memory.byteSize());
        String range = range(iova, memory.byteSize());
        Ioctls.call(container, VFIO_IOMMU_MAP_DMA, VfioIommuType1DmaMap.STRUCT, request, range);
    }

    @Override
    public void unmap(long iova, long length) {
        VfioIommuType1DmaUnmap request = new VfioIommuType1DmaUnmap(0, iova, length);
        String range = range(iova, length);
        VfioIommuType1DmaUnmap done =
                Ioctls.call(container, VFIO_IOMMU_UNMAP_DMA, VfioIommuType1DmaUnmap.STRUCT, request, range);
        Ioctls.checkUnmapped(VFIO_IOMMU_UNMAP_DMA, done.size(), length, range, "container");
    }

    private String range(long iova, long length) {
        return Ioctls.range(iova, length, subject);
    }
}
