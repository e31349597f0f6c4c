// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

import io.jvfio.Errno;
import io.jvfio.Hex;
import io.jvfio.VfioException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What {@link DmaRegistry} knows: which ranges are given out, which mappings there are, and the snapshot of them that
 * is published. No method calls a backend.
 *
 * <p>Threads: thread-safe, by a lock that no method of it holds for longer than it takes to copy the snapshot;
 * {@link #snapshot} and {@link #pageSizes} take none.
 */
final class MapTable {

    /** What can be chosen. */
    private static final IovaRange NOT_ZERO = new IovaRange(1, -1);

    private final String subject;
    private final InstantSource clock;
    private final History history;
    private final ReentrantLock lock = new ReentrantLock();

    /** Guarded by the lock, as is what follows. */
    private final IovaAllocator allocator;

    /** In the order in which they were made, which is that of a replay. */
    private final Set<RegisteredMapping> registrations = new LinkedHashSet<>();

    /** Replaced under the lock. */
    private volatile DmaMappings snapshot;

    private volatile long pageSizes;

    MapTable(String subject, InstantSource clock, History history, List<IovaRange> usable, long pageSizes) {
        this.subject = subject;
        this.clock = clock;
        this.history = history;
        this.pageSizes = checkedPageSizes(pageSizes);
        this.allocator = new IovaAllocator(usable);
        this.snapshot = new DmaMappings(allocator.usable(), history, clock);
    }

    DmaMappings snapshot() {
        return snapshot;
    }

    long pageSizes() {
        return pageSizes;
    }

    long granule() {
        return Long.lowestOneBit(pageSizes);
    }

    List<IovaRange> usable() {
        lock.lock();
        try {
            return allocator.usable();
        } finally {
            lock.unlock();
        }
    }

    /** The mappings in the order in which they were made. */
    List<RegisteredMapping> registrations() {
        lock.lock();
        try {
            return List.copyOf(registrations);
        } finally {
            lock.unlock();
        }
    }

    /** Gives out a range for a map: the fixed one, or one that fits. */
    IovaRange choose(DmaSource source, MapRequest request) {
        lock.lock();
        try {
            if (request.fixed()) {
                IovaRange range = MapChecks.fixed(source, request, granule());
                reserve(range);
                return range;
            }
            long alignment = Math.max(request.alignment(), granule());
            IovaRange within = request.within().intersection(NOT_ZERO);
            IovaRange range =
                    within == null ? null : allocator.allocate(source.length(), alignment, within, request.fit());
            if (range == null) {
                throw new IovaExhaustedException("no room for " + Hex.of(source.length())
                        + " bytes aligned to " + Hex.of(alignment) + " in " + subject + ": "
                        + allocator.describe(request.within()));
            }
            return range;
        } finally {
            lock.unlock();
        }
    }

    /** Gives out ranges that are what they are, all or none. */
    void reserve(List<IovaRange> ranges) {
        List<IovaRange> done = new ArrayList<>();
        lock.lock();
        try {
            for (IovaRange range : ranges) {
                reserve(range);
                done.add(range);
            }
        } catch (RuntimeException e) {
            done.forEach(allocator::release);
            throw e;
        } finally {
            lock.unlock();
        }
    }

    /** Takes ranges back that no mapping has. */
    void release(List<IovaRange> ranges) {
        lock.lock();
        try {
            ranges.forEach(allocator::release);
        } finally {
            lock.unlock();
        }
    }

    /** Adds a mapping, whose ranges have been given out, and publishes it. */
    void add(RegisteredMapping mapping) {
        lock.lock();
        try {
            registrations.add(mapping);
            snapshot = snapshot.with(mapping);
        } finally {
            lock.unlock();
        }
    }

    /** Takes a mapping out of the snapshot alone. */
    void hide(RegisteredMapping mapping) {
        lock.lock();
        try {
            snapshot = snapshot.without(mapping);
        } finally {
            lock.unlock();
        }
    }

    /** Takes back {@link #hide}. */
    void show(RegisteredMapping mapping) {
        lock.lock();
        try {
            snapshot = snapshot.with(mapping);
        } finally {
            lock.unlock();
        }
    }

    /** Forgets a hidden mapping that has ended: its ranges are free, and the history has it. */
    void remove(RegisteredMapping mapping) {
        lock.lock();
        try {
            registrations.remove(mapping);
            mapping.ranges().forEach(allocator::release);
            history.add(History.Entry.of(mapping, clock.instant()));
        } finally {
            lock.unlock();
        }
    }

    /**
     * Changes what is usable; nothing, if a mapping does not fit.
     *
     * @throws IllegalStateException if a mapping does not fit
     */
    void limit(List<IovaRange> usable, long sizes) {
        long granule = Long.lowestOneBit(checkedPageSizes(sizes));
        lock.lock();
        try {
            for (RegisteredMapping mapping : registrations) {
                if (!MapChecks.aligned(mapping, granule)) {
                    throw new IllegalStateException(
                            mapping + " in " + subject + ", of length " + Hex.of(mapping.length())
                                    + ", is not aligned to the IOMMU's page size " + Hex.of(granule));
                }
            }
            IovaRange outside = allocator.limit(usable);
            if (outside != null) {
                throw new IllegalStateException(owner(outside) + " is mapped in " + subject
                        + " but would not be usable any more: " + IovaAllocator.list(usable) + " would be");
            }
            pageSizes = sizes;
            snapshot = snapshot.withUsable(allocator.usable());
        } finally {
            lock.unlock();
        }
    }

    private void reserve(IovaRange range) {
        if (allocator.reserve(range)) {
            return;
        }
        IovaRange rival = allocator.conflict(range);
        if (rival == null) {
            throw new IovaExhaustedException("range " + range + " is not usable in " + subject + ": "
                    + IovaAllocator.list(allocator.usable()) + " is");
        }
        throw new VfioException("DMA map", Errno.EEXIST, range + " in " + subject, "in the way is " + owner(rival));
    }

    private String owner(IovaRange range) {
        for (RegisteredMapping mapping : registrations) {
            if (mapping.ranges().contains(range)) {
                return mapping.toString();
            }
        }
        return "a map that is being made, or could not be undone, at " + range;
    }

    private static long checkedPageSizes(long sizes) {
        if (sizes == 0) {
            throw new IllegalArgumentException("an IOMMU without any page size");
        }
        return sizes;
    }
}
