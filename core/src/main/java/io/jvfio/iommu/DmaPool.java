// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

import io.jvfio.Hex;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One mapping from which many buffers are cut: cheap to allocate and to give back, since neither asks the kernel.
 *
 * <p>The slab is a multiple of 2 MiB in length and, behind an IOMMU, aligned to that in address, so that the IOMMU can
 * use large pages. Buffers begin and end at multiples of 64 bytes: no two share a cache line.
 *
 * <p>A closed buffer goes back to the pool and its addresses to the next one: the device can still reach it, so close a
 * buffer when the device is done with it. A new buffer holds whatever its predecessor left there.
 *
 * <p>Threads: thread-safe.
 */
public final class DmaPool implements AutoCloseable {

    /** Where buffers begin and end, in bytes. */
    private static final long LINE = 64;

    private final Allocation slab;
    private final IovaRange all;
    private final String label;

    /** Guards the allocator. */
    private final ReentrantLock lock = new ReentrantLock();

    private final IovaAllocator free;

    DmaPool(Allocation slab, String label) {
        this.slab = slab;
        this.label = label;
        // Without an IOMMU only the first run is really at these addresses; their offsets are what counts.
        this.all = IovaRange.of(slab.mapping().iova(), slab.mapping().length());
        this.free = new IovaAllocator(List.of(all));
    }

    /**
     * Cuts a buffer.
     *
     * @param size bytes, more than 0
     * @throws IllegalStateException if the pool has no room for it, or is closed
     */
    public DmaBuffer allocate(long size) {
        return allocate(size, LINE);
    }

    /**
     * Cuts an aligned buffer.
     *
     * @param size bytes, more than 0
     * @param alignment of the device's address in bytes, a power of two; without an IOMMU at most {@link #pageSize}
     * @throws IllegalArgumentException if size or alignment are not as said
     * @throws IllegalStateException if the pool has no room for it, or is closed
     */
    public DmaBuffer allocate(long size, long alignment) {
        return tryAllocate(size, alignment)
                .orElseThrow(() -> new IllegalStateException(
                        this + " has no room for " + Hex.of(size) + " bytes aligned to " + Hex.of(alignment)));
    }

    /**
     * Cuts an aligned buffer if there is room.
     *
     * @param size bytes, more than 0
     * @param alignment of the device's address in bytes, a power of two; without an IOMMU at most {@link #pageSize}
     * @return the buffer, owned by the caller, or empty if no part of the pool is large enough
     * @throws IllegalArgumentException if size or alignment are not as said
     * @throws IllegalStateException if the pool is closed
     */
    public Optional<DmaBuffer> tryAllocate(long size, long alignment) {
        long rounded = DmaMemory.roundUp(size, LINE);
        checkAlignment(alignment);
        IovaRange range;
        lock.lock();
        try {
            if (!slab.isOpen()) {
                throw new IllegalStateException(this + " is closed");
            }
            range = free.allocate(rounded, Math.max(alignment, LINE), all, MapRequest.Fit.FIRST);
        } finally {
            lock.unlock();
        }
        if (range == null) {
            return Optional.empty();
        }
        long offset = range.start() - all.start();
        return Optional.of(new DmaBuffer(
                new Part(range), slab.mapping(), slab.memory().asSlice(offset, size), offset, slab.pageSize(), label));
    }

    /** How many bytes the pool has. */
    public long size() {
        return slab.mapping().length();
    }

    /** How many buffers are cut and not given back. */
    public int buffers() {
        lock.lock();
        try {
            return free.count();
        } finally {
            lock.unlock();
        }
    }

    /** The size of the CPU's pages that the memory really has, in bytes. */
    public long pageSize() {
        return slab.pageSize();
    }

    /** What it was called; may be empty. */
    public String label() {
        return label;
    }

    /** Whether neither the pool nor the device has been closed. */
    public boolean isOpen() {
        return slab.isOpen();
    }

    /** Ends the mapping and with it every buffer of the pool; otherwise as {@link DmaBuffer#close}. */
    @Override
    public void close() {
        slab.close();
    }

    private void checkAlignment(long alignment) {
        if (alignment <= 0 || Long.bitCount(alignment) != 1) {
            throw new IllegalArgumentException("alignment " + Hex.of(alignment) + " is not a power of two");
        }
        boolean scattered = slab.mapping().contiguous(0) < slab.mapping().length();
        if (scattered && alignment > slab.pageSize()) {
            throw new IllegalArgumentException("alignment " + Hex.of(alignment)
                    + " is more than the pages of " + Hex.of(slab.pageSize()) + " bytes, which do not lie"
                    + " together: use huge pages");
        }
    }

    @Override
    public String toString() {
        String name = label.isEmpty() ? "DMA pool" : "DMA pool \"" + label + '"';
        return name + " of " + Hex.of(size()) + " bytes";
    }

    /** A part of the slab that a buffer has. */
    private final class Part implements Lease {
        private final IovaRange range;

        /** Guarded by the pool's lock. */
        private volatile boolean open = true;

        Part(IovaRange range) {
            this.range = range;
        }

        @Override
        public boolean isOpen() {
            return open && slab.isOpen();
        }

        @Override
        public boolean within(IovaRange wanted) {
            return slab.within(wanted);
        }

        @Override
        public void close() {
            lock.lock();
            try {
                if (open) {
                    open = false;
                    free.release(range);
                }
            } finally {
                lock.unlock();
            }
        }
    }
}
