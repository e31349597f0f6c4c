// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * A carrier that keeps its maps in a table and is as strict as a kernel: no overlap, and only whole maps are unmapped.
 *
 * <p>Threads: thread-safe; the hooks run without its lock.
 */
final class FakeBackend implements DmaBackend {
    private final TreeMap<Long, IovaRange> maps = new TreeMap<>(Long::compareUnsigned);
    private final List<String> calls = new ArrayList<>();
    private volatile Consumer<IovaRange> beforeMap = range -> {};
    private volatile Consumer<IovaRange> beforeUnmap = range -> {};

    void beforeMap(Consumer<IovaRange> hook) {
        beforeMap = hook;
    }

    void beforeUnmap(Consumer<IovaRange> hook) {
        beforeUnmap = hook;
    }

    /** A hook that refuses. */
    static Consumer<IovaRange> refuse(String call, int errno) {
        return range -> {
            throw VfioException.of(call, errno, range.toString());
        };
    }

    synchronized List<IovaRange> maps() {
        return List.copyOf(maps.values());
    }

    /** What was asked for, in order: {@code map 0x1000..0x1fff READ_WRITE}. */
    synchronized List<String> calls() {
        return List.copyOf(calls);
    }

    @Override
    public void map(long iova, DmaSource source, Access access) {
        IovaRange range = IovaRange.of(iova, source.length());
        beforeMap.accept(range);
        synchronized (this) {
            if (maps.values().stream().anyMatch(range::overlaps)) {
                throw VfioException.of("FAKE_MAP", Errno.EEXIST, range.toString());
            }
            maps.put(iova, range);
            calls.add("map " + range + " " + access);
        }
    }

    @Override
    public void unmap(long iova, long length) {
        IovaRange range = IovaRange.of(iova, length);
        beforeUnmap.accept(range);
        synchronized (this) {
            if (!maps.remove(iova, range)) {
                throw VfioException.of("FAKE_UNMAP", Errno.ENOENT, range.toString());
            }
            calls.add("unmap " + range);
        }
    }
}
