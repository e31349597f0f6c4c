// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.kernel;

import static io.jvfio.internal.uapi.IommuIoasNoiommuGetPa.IOMMU_IOAS_NOIOMMU_GET_PA;

import io.jvfio.Closing;
import io.jvfio.Errno;
import io.jvfio.Hex;
import io.jvfio.VfioException;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.uapi.IommuIoasNoiommuGetPa;
import io.jvfio.iommu.Access;
import io.jvfio.iommu.DmaSource;
import io.jvfio.iommu.IovaRange;
import io.jvfio.iommu.PhysicalDmaBackend;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Pins memory through an IOAS for devices without an IOMMU, and asks the kernel for the physical addresses
 * ({@code IOMMU_IOAS_NOIOMMU_GET_PA}, Linux 7.3). The IOVA in the IOAS is only a key.
 *
 * <p>Threads: thread-safe.
 */
final class IoasPhysicalBackend implements PhysicalDmaBackend {
    private final Descriptor iommufd;
    private final int ioas;
    private final IoasBackend pins;

    /** The key of each map, by its first physical address. */
    private final Map<Long, Long> keys = new ConcurrentHashMap<>();

    IoasPhysicalBackend(Descriptor iommufd, int ioas) {
        this.iommufd = iommufd;
        this.ioas = ioas;
        this.pins = new IoasBackend(iommufd, ioas);
    }

    @Override
    public List<IovaRange> map(DmaSource source, Access access) {
        long key = pins.mapAnywhere(source, access);
        try {
            List<IovaRange> runs = runs(key, source.length());
            keys.put(runs.getFirst().start(), key);
            return runs;
        } catch (RuntimeException e) {
            throw Closing.after(e, () -> pins.unmap(key, source.length()));
        }
    }

    @Override
    public void unmap(DmaSource source, List<IovaRange> runs) {
        long first = runs.getFirst().start();
        Long key = keys.get(first);
        if (key == null) {
            throw new IllegalStateException(Hex.of(first) + " is not mapped in IOAS " + ioas);
        }
        pins.unmap(key, source.length());
        keys.remove(first);
    }

    private List<IovaRange> runs(long key, long length) {
        List<IovaRange> runs = new ArrayList<>();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment argument = arena.allocate(IommuIoasNoiommuGetPa.STRUCT.layout());
            long done = 0;
            while (done < length) {
                IommuIoasNoiommuGetPa.STRUCT.fill(
                        argument, IommuIoasNoiommuGetPa.request(ioas, key + done, length - done));
                String subject = "iova " + Hex.of(key + done) + " in IOAS " + ioas;
                int result = iommufd.ioctl(IOMMU_IOAS_NOIOMMU_GET_PA.request(), argument);
                if (result == -Errno.EOPNOTSUPP) {
                    throw new VfioException(
                            IOMMU_IOAS_NOIOMMU_GET_PA.name(),
                            Errno.EOPNOTSUPP,
                            subject,
                            "the kernel tells physical addresses only while a device without an IOMMU is attached: open the"
                                    + " device first");
                }
                Ioctls.check(result, IOMMU_IOAS_NOIOMMU_GET_PA.name(), subject);
                IommuIoasNoiommuGetPa answer = IommuIoasNoiommuGetPa.STRUCT.read(argument);
                long size = Math.min(answer.length(), length - done);
                if (size <= 0) {
                    throw new IllegalStateException(
                            IOMMU_IOAS_NOIOMMU_GET_PA.name() + " named a run of no bytes at " + subject);
                }
                append(runs, IovaRange.of(answer.outPhys(), size));
                done += size;
            }
        }
        return runs;
    }

    /** Adds a run, joined to the one before where they touch. */
    static void append(List<IovaRange> runs, IovaRange next) {
        if (!runs.isEmpty() && runs.getLast().last() + 1 == next.start()) {
            runs.set(runs.size() - 1, new IovaRange(runs.getLast().start(), next.last()));
        } else {
            runs.add(next);
        }
    }
}
