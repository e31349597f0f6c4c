// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme;

import io.jvfio.Closing;
import io.jvfio.iommu.Dma;
import io.jvfio.iommu.DmaBuffer;
import io.jvfio.iommu.DmaOptions;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;

/**
 * Memory that the device reaches, for bytes whose own memory it does not: lent in runs of pages.
 *
 * <p>Threads: one at a time.
 */
final class Staging implements AutoCloseable {
    private static final int SMALLEST_PAGE = 4096;

    private final DmaBuffer buffer;
    private final MemorySegment memory;
    private final int pageSize;
    private final int pages;
    private final BitSet lent;
    private int free;
    private int length;

    /**
     * Takes a buffer over.
     *
     * @param blockSize a page has room for a block at least
     * @throws IllegalArgumentException if the buffer has room for none; it is still the caller's
     */
    Staging(DmaBuffer buffer, int blockSize) {
        this.pageSize = pageSize(blockSize);
        this.pages = Math.toIntExact(buffer.size() / pageSize);
        if (pages == 0) {
            throw new IllegalArgumentException(buffer + " has no room for a block of " + blockSize + " bytes");
        }
        this.buffer = buffer;
        this.memory = buffer.memory();
        this.lent = new BitSet(pages);
        this.free = pages;
    }

    /**
     * Makes a buffer for it.
     *
     * @param size bytes
     * @param label what the buffer is for
     * @throws IllegalArgumentException if that has no room for a block
     */
    static Staging of(Dma dma, long size, String label, int blockSize) {
        DmaBuffer buffer = dma.allocate(size, DmaOptions.defaults().withLabel(label));
        try {
            return new Staging(buffer, blockSize);
        } catch (RuntimeException e) {
            throw Closing.after(e, buffer);
        }
    }

    static int pageSize(int blockSize) {
        return Math.max(SMALLEST_PAGE, blockSize);
    }

    /**
     * Lends pages in a row, as many as are wanted or else the longest run that is free. {@link #length} says how many.
     *
     * @return the first of them, or -1 if none is free
     */
    int take(int wanted) {
        int best = -1;
        length = 0;
        int from = lent.nextClearBit(0);
        while (from < pages && length < wanted) {
            int next = lent.nextSetBit(from);
            int run = Math.min(wanted, (next < 0 ? pages : next) - from);
            if (run > length) {
                best = from;
                length = run;
            }
            from = next < 0 ? pages : lent.nextClearBit(next);
        }
        if (best >= 0) {
            lent.set(best, best + length);
            free -= length;
        }
        return best;
    }

    /** How many pages were lent last. */
    int length() {
        return length;
    }

    void giveBack(int first, int count) {
        lent.clear(first, first + count);
        free += count;
    }

    /** Whether half of the pages are free, so that it is worth while to send more. */
    boolean hasRoom() {
        return free >= (pages + 1) / 2;
    }

    int pageSize() {
        return pageSize;
    }

    /** Where a page starts in {@link #buffer} and {@link #memory}. */
    long offset(int page) {
        return (long) page * pageSize;
    }

    DmaBuffer buffer() {
        return buffer;
    }

    MemorySegment memory() {
        return memory;
    }

    @Override
    public void close() {
        buffer.close();
    }
}
