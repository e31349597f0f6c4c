// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import java.util.ArrayList;
import java.util.List;

/** A machine without an IOMMU: every page of memory lies somewhere, two pages apart from its neighbour. */
final class FakePhysicalBackend implements PhysicalDmaBackend {
    private static final long PAGE = 0x1000;

    private final List<List<IovaRange>> pinned = new ArrayList<>();
    private long next = 0x100_0000;
    private boolean refusing;

    /** How many pages lie together. */
    private final int together;

    FakePhysicalBackend(int together) {
        this.together = together;
    }

    synchronized void placeNextAt(long address) {
        next = address;
    }

    synchronized void refuseUnmaps(boolean refuse) {
        refusing = refuse;
    }

    synchronized List<List<IovaRange>> pinned() {
        return List.copyOf(pinned);
    }

    @Override
    public synchronized List<IovaRange> map(DmaSource source, Access access) {
        List<IovaRange> runs = new ArrayList<>();
        for (long at = 0, page = 0; at < source.length(); at += PAGE, page++) {
            runs.add(IovaRange.of(next, Math.min(PAGE, source.length() - at)));
            next += (page + 1) % together == 0 ? 3 * PAGE : PAGE;
        }
        pinned.add(List.copyOf(runs));
        return runs;
    }

    @Override
    public synchronized void unmap(DmaSource source, List<IovaRange> runs) {
        if (refusing) {
            throw VfioException.of("FAKE_UNPIN", Errno.EIO, runs.toString());
        }
        long length =
                runs.stream().mapToLong(run -> run.last() - run.start() + 1).sum();
        if (!pinned.removeIf(pins -> pins.getFirst().start() == runs.getFirst().start())) {
            throw VfioException.of("FAKE_UNPIN", Errno.ENOENT, runs.toString());
        }
        if (length != source.length()) {
            throw VfioException.of("FAKE_UNPIN", Errno.EINVAL, runs.toString());
        }
    }
}
