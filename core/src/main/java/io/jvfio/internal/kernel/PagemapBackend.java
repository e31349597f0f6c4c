// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.kernel;

import io.jvfio.Errno;
import io.jvfio.Hex;
import io.jvfio.VfioException;
import io.jvfio.internal.sys.Pagemap;
import io.jvfio.internal.sys.Smaps;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.iommu.Access;
import io.jvfio.iommu.DmaSource;
import io.jvfio.iommu.IovaRange;
import io.jvfio.iommu.PhysicalDmaBackend;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Physical addresses for devices in a no-IOMMU group, from {@code /proc/self/pagemap}. The kernel pins nothing here, so
 * only locked huge pages are taken: it does not move those.
 *
 * <p>Threads: thread-safe.
 */
final class PagemapBackend implements PhysicalDmaBackend {
    private final SystemCalls sys;

    PagemapBackend(SystemCalls sys) {
        this.sys = sys;
    }

    @Override
    public List<IovaRange> map(DmaSource source, Access access) {
        MemorySegment memory = Memories.local(source, "a no-IOMMU group");
        String subject = Hex.of(memory.byteSize()) + " bytes at " + Hex.of(memory.address());
        if (Smaps.fixedPageSize(memory.address()) <= sys.pageSize()) {
            throw new IllegalArgumentException(
                    "without an IOMMU only huge pages keep their place: " + subject + " is not in huge pages");
        }
        Ioctls.check(sys.mlock(memory.address(), memory.byteSize()), "mlock", subject);
        List<IovaRange> runs = new ArrayList<>();
        long page = sys.pageSize();
        try (Pagemap pagemap = Pagemap.open(sys)) {
            for (long at = 0; at < memory.byteSize(); at += page) {
                long physical = pagemap.physical(memory.address() + at);
                if (physical == 0) {
                    throw new VfioException(
                            "read",
                            Errno.EPERM,
                            "/proc/self/pagemap",
                            "physical addresses are shown only to a process with CAP_SYS_ADMIN");
                }
                IoasPhysicalBackend.append(runs, IovaRange.of(physical, Math.min(page, memory.byteSize() - at)));
            }
        }
        return runs;
    }

    @Override
    public void unmap(DmaSource source, List<IovaRange> runs) {
        // Nothing is pinned but by the memory's own lock, which ends with the memory.
    }
}
