// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Ranges that do not overlap, sorted by address, in blocks that know their widest range: a search for room passes by the
 * blocks that have none.
 *
 * <p>Threads: one at a time.
 */
final class Gaps {
    private static final int FULL = 256;

    /** In ascending order; none is empty. */
    private final List<Block> blocks = new ArrayList<>();

    /** Says where in a gap something fits. */
    interface Room {
        @Nullable IovaRange in(IovaRange gap);
    }

    private static final class Block {
        private final IovaRange[] ranges = new IovaRange[FULL];
        private int size;

        /** The span of the widest, which is one less than its length. */
        private long widest;

        private Block() {}

        long first() {
            return ranges[0].start();
        }

        /** The index of the last range that does not start above an address, or -1. */
        int floor(long address) {
            return Gaps.floor(size, at -> ranges[at].start(), address);
        }

        void add(int at, IovaRange range) {
            System.arraycopy(ranges, at, ranges, at + 1, size - at);
            ranges[at] = range;
            size++;
            widen(range);
        }

        void remove(int at) {
            boolean wasWidest = span(ranges[at]) == widest;
            System.arraycopy(ranges, at + 1, ranges, at, size - 1 - at);
            Arrays.fill(ranges, size - 1, size, null);
            size--;
            if (wasWidest) {
                measure();
            }
        }

        /** Leaves the lower half, and returns the upper one. */
        Block split() {
            Block upper = new Block();
            upper.size = size / 2;
            size -= upper.size;
            System.arraycopy(ranges, size, upper.ranges, 0, upper.size);
            Arrays.fill(ranges, size, FULL, null);
            measure();
            upper.measure();
            return upper;
        }

        private void measure() {
            widest = 0;
            for (int i = 0; i < size; i++) {
                widen(ranges[i]);
            }
        }

        private void widen(IovaRange range) {
            if (Long.compareUnsigned(span(range), widest) > 0) {
                widest = span(range);
            }
        }

        boolean mayHave(long span) {
            return Long.compareUnsigned(widest, span) >= 0;
        }
    }

    private static long span(IovaRange range) {
        return range.last() - range.start();
    }

    /** The last range that does not start above an address, or null. */
    @Nullable IovaRange floor(long address) {
        int at = blockOf(address);
        return at < 0 ? null : blocks.get(at).ranges[blocks.get(at).floor(address)];
    }

    void add(IovaRange range) {
        int at = Math.max(blockOf(range.start()), 0);
        if (blocks.isEmpty()) {
            blocks.add(new Block());
        }
        Block block = blocks.get(at);
        if (block.size == FULL) {
            Block upper = block.split();
            blocks.add(at + 1, upper);
            block = Long.compareUnsigned(upper.first(), range.start()) <= 0 ? upper : block;
        }
        block.add(block.floor(range.start()) + 1, range);
    }

    /** Takes out a range that is here. */
    void remove(IovaRange range) {
        int at = blockOf(range.start());
        Block block = blocks.get(at);
        block.remove(block.floor(range.start()));
        if (block.size == 0) {
            blocks.remove(at);
        }
    }

    void clear() {
        blocks.clear();
    }

    /** The lowest room of a span within a range. */
    @Nullable IovaRange lowest(long span, IovaRange within, Room room) {
        int from = Math.max(blockOf(within.start()), 0);
        for (int at = from; at < blocks.size(); at++) {
            Block block = blocks.get(at);
            if (Long.compareUnsigned(block.first(), within.last()) > 0) {
                return null;
            }
            if (block.mayHave(span)) {
                for (int i = at == from ? Math.max(block.floor(within.start()), 0) : 0; i < block.size; i++) {
                    IovaRange found = room.in(block.ranges[i]);
                    if (found != null) {
                        return found;
                    }
                }
            }
        }
        return null;
    }

    /** The highest room of a span within a range. */
    @Nullable IovaRange highest(long span, IovaRange within, Room room) {
        int from = blockOf(within.last());
        for (int at = from; at >= 0; at--) {
            Block block = blocks.get(at);
            if (block.mayHave(span)) {
                for (int i = at == from ? block.floor(within.last()) : block.size - 1; i >= 0; i--) {
                    IovaRange found = room.in(block.ranges[i]);
                    if (found != null) {
                        return found;
                    }
                }
            }
            if (Long.compareUnsigned(block.first(), within.start()) < 0) {
                return null;
            }
        }
        return null;
    }

    /** The index of the block in which the last range lies that does not start above an address, or -1. */
    private int blockOf(long address) {
        return floor(blocks.size(), at -> blocks.get(at).first(), address);
    }

    /** The index of the last of so many ascending starts that is not above an address, or -1. */
    private static int floor(int count, IntToLongFunction start, long address) {
        int low = 0;
        int high = count - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (Long.compareUnsigned(start.applyAsLong(middle), address) <= 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high;
    }
}
