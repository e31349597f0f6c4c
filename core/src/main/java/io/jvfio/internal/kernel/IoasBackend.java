// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.kernel;

import static io.jvfio.internal.uapi.IommuIoasMap.IOMMU_IOAS_MAP;
import static io.jvfio.internal.uapi.IommuIoasMap.IOMMU_IOAS_MAP_FIXED_IOVA;
import static io.jvfio.internal.uapi.IommuIoasMap.IOMMU_IOAS_MAP_READABLE;
import static io.jvfio.internal.uapi.IommuIoasMap.IOMMU_IOAS_MAP_WRITEABLE;
import static io.jvfio.internal.uapi.IommuIoasMapFile.IOMMU_IOAS_MAP_FILE;
import static io.jvfio.internal.uapi.IommuIoasUnmap.IOMMU_IOAS_UNMAP;

import io.jvfio.Errno;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.uapi.IommuIoasMap;
import io.jvfio.internal.uapi.IommuIoasMapFile;
import io.jvfio.internal.uapi.IommuIoasUnmap;
import io.jvfio.iommu.Access;
import io.jvfio.iommu.DmaBackend;
import io.jvfio.iommu.DmaSource;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Maps in an IOAS: files by {@code IOMMU_IOAS_MAP_FILE} where the kernel has it (6.13), so that the maps survive a
 * change of process, else by address.
 *
 * <p>Threads: thread-safe; the kernel serializes.
 */
final class IoasBackend implements DmaBackend {
    private final Descriptor iommufd;
    private final int ioas;

    /** False once the kernel has said that it cannot map files; what it says does not change. */
    private volatile boolean mapsFiles = true;

    IoasBackend(Descriptor iommufd, int ioas) {
        this.iommufd = iommufd;
        this.ioas = ioas;
    }

    @Override
    public void map(long iova, DmaSource source, Access access) {
        map(iova, source, access, IOMMU_IOAS_MAP_FIXED_IOVA);
    }

    /** Maps where the kernel chooses; the address. */
    long mapAnywhere(DmaSource source, Access access) {
        return map(0, source, access, 0);
    }

    private long map(long iova, DmaSource source, Access access, int placement) {
        int flags = placement
                | (access.readable() ? IOMMU_IOAS_MAP_READABLE : 0)
                | (access.writable() ? IOMMU_IOAS_MAP_WRITEABLE : 0);
        if (source instanceof DmaSource.File file && mapsFiles) {
            long result = mapFile(iova, file, flags);
            if (mapsFiles) {
                return result;
            }
        }
        return mapMemory(iova, Memories.local(source, "an IOAS"), flags);
    }

    private long mapMemory(long iova, MemorySegment memory, int flags) {
        IommuIoasMap request = new IommuIoasMap(flags, ioas, memory.address(), memory.byteSize(), iova);
        String subject = range(iova, memory.byteSize());
        return Ioctls.call(iommufd, IOMMU_IOAS_MAP, IommuIoasMap.STRUCT, request, subject)
                .iova();
    }

    /** Maps a file, or finds that the kernel cannot and sets {@link #mapsFiles} to false. */
    private long mapFile(long iova, DmaSource.File file, int flags) {
        int raw = file.fd().acquire();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment argument = IommuIoasMapFile.STRUCT.allocate(
                    arena, new IommuIoasMapFile(flags, ioas, raw, file.offset(), file.length(), iova));
            int result = iommufd.ioctl(IOMMU_IOAS_MAP_FILE.request(), argument);
            if (result == -Errno.ENOTTY) {
                mapsFiles = false;
                return iova;
            }
            Ioctls.check(result, IOMMU_IOAS_MAP_FILE.name(), range(iova, file.length()));
            return IommuIoasMapFile.STRUCT.read(argument).iova();
        } finally {
            file.fd().release();
        }
    }

    @Override
    public void unmap(long iova, long length) {
        IommuIoasUnmap request = new IommuIoasUnmap(ioas, iova, length);
        String subject = range(iova, length);
        IommuIoasUnmap done = Ioctls.call(iommufd, IOMMU_IOAS_UNMAP, IommuIoasUnmap.STRUCT, request, subject);
        Ioctls.checkUnmapped(IOMMU_IOAS_UNMAP, done.length(), length, subject, "IOAS");
    }

    private String range(long iova, long length) {
        return Ioctls.range(iova, length, "IOAS " + ioas);
    }
}
