// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

import io.jvfio.iommu.RegisteredMapping.Run;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Runs sorted by address, in blocks: one more or less copies a block and the list of blocks, not all runs. Places are
 * numbers, so that walking allocates nothing.
 *
 * <p>Threads: immutable.
 */
final class Runs {
    static final Runs NONE = new Runs(new long[1], new Block[] {new Block(new long[0], new Run[0])}, 0);

    /** No place. */
    static final long NOWHERE = -1;

    /**
     * How many runs a block has at most. Up to so many are one block, whose arrays can be searched by themselves; copying
     * one takes about a microsecond.
     */
    static final int FULL = 1024;

    private static final int INDEX_BITS = 32;

    /** The first address of each block, ascending unsigned. */
    private final long[] firsts;

    private final Block[] blocks;
    private final int count;

    /** The first address of each run apart: a search touches nothing else. No block is empty, unless it is the only one. */
    private static final class Block {
        private final long[] starts;
        private final Run[] runs;

        private Block(long[] starts, Run[] runs) {
            this.starts = starts;
            this.runs = runs;
        }

        Block with(int at, Run run) {
            long[] newStarts = new long[size() + 1];
            Run[] newRuns = new Run[size() + 1];
            System.arraycopy(starts, 0, newStarts, 0, at);
            System.arraycopy(runs, 0, newRuns, 0, at);
            newStarts[at] = run.range().start();
            newRuns[at] = run;
            System.arraycopy(starts, at, newStarts, at + 1, size() - at);
            System.arraycopy(runs, at, newRuns, at + 1, size() - at);
            return new Block(newStarts, newRuns);
        }

        Block without(int at) {
            long[] newStarts = Arrays.copyOf(starts, size() - 1);
            Run[] newRuns = Arrays.copyOf(runs, size() - 1);
            System.arraycopy(starts, at + 1, newStarts, at, size() - 1 - at);
            System.arraycopy(runs, at + 1, newRuns, at, size() - 1 - at);
            return new Block(newStarts, newRuns);
        }

        Block part(int from, int to) {
            return new Block(Arrays.copyOfRange(starts, from, to), Arrays.copyOfRange(runs, from, to));
        }

        Block followedBy(Block other) {
            long[] newStarts = Arrays.copyOf(starts, size() + other.size());
            Run[] newRuns = Arrays.copyOf(runs, size() + other.size());
            System.arraycopy(other.starts, 0, newStarts, size(), other.size());
            System.arraycopy(other.runs, 0, newRuns, size(), other.size());
            return new Block(newStarts, newRuns);
        }

        /** Whether they are few enough for one block, with room for more. */
        boolean joins(Block other) {
            return size() + other.size() <= FULL / 2;
        }

        int size() {
            return starts.length;
        }

        long first() {
            return starts[0];
        }
    }

    private Runs(long[] firsts, Block[] blocks, int count) {
        this.firsts = firsts;
        this.blocks = blocks;
        this.count = count;
    }

    /** How many there are. */
    int count() {
        return count;
    }

    /** Where the last run is that does not start above an address; {@link #NOWHERE} if all do. */
    long floor(long iova) {
        int block = floor(firsts, iova);
        return block < 0 ? NOWHERE : place(block, floor(blocks[block].starts, iova));
    }

    /** The first address of each run, if there is one block only: their indexes are the places then. */
    long @Nullable [] soleStarts() {
        return blocks.length == 1 ? blocks[0].starts : null;
    }

    /** The runs, if there is one block only. */
    Run @Nullable [] soleRuns() {
        return blocks.length == 1 ? blocks[0].runs : null;
    }

    /** Where the lowest is, or {@link #NOWHERE}. */
    long first() {
        return count == 0 ? NOWHERE : 0;
    }

    /** The place behind one, or {@link #NOWHERE}. Behind nowhere is the first. */
    long next(long place) {
        if (place == NOWHERE) {
            return first();
        }
        int block = block(place);
        int at = index(place) + 1;
        if (at < blocks[block].size()) {
            return place(block, at);
        }
        return block + 1 < blocks.length ? place(block + 1, 0) : NOWHERE;
    }

    /** The run at a place, which is somewhere. */
    Run at(long place) {
        return blocks[block(place)].runs[index(place)];
    }

    /** The run at a place, or null if that is nowhere. */
    @Nullable Run orNull(long place) {
        return place == NOWHERE ? null : at(place);
    }

    /** The same with a run more, which overlaps none. */
    Runs with(Run run) {
        long start = run.range().start();
        int block = Math.max(floor(firsts, start), 0);
        int at = floor(blocks[block].starts, start) + 1;
        Block more = blocks[block].with(at, run);
        if (more.size() <= FULL) {
            return replaced(block, 1, count + 1, more);
        }
        // Maps made in ascending order fill one block after the other; any other order leaves room on both sides.
        int half = at == FULL && block == blocks.length - 1 ? FULL : more.size() / 2;
        return replaced(block, 1, count + 1, more.part(0, half), more.part(half, more.size()));
    }

    /** The same without a run that is here. */
    Runs without(Run run) {
        if (count == 1) {
            return NONE;
        }
        long start = run.range().start();
        int block = floor(firsts, start);
        if (blocks[block].size() == 1) {
            return replaced(block, 1, count - 1);
        }
        Block rest = blocks[block].without(floor(blocks[block].starts, start));
        if (block > 0 && blocks[block - 1].joins(rest)) {
            return replaced(block - 1, 2, count - 1, blocks[block - 1].followedBy(rest));
        }
        if (block + 1 < blocks.length && rest.joins(blocks[block + 1])) {
            return replaced(block, 2, count - 1, rest.followedBy(blocks[block + 1]));
        }
        return replaced(block, 1, count - 1, rest);
    }

    /** The same with other blocks in the place of some. */
    private Runs replaced(int block, int gone, int newCount, Block... added) {
        int length = blocks.length - gone + added.length;
        long[] newFirsts = new long[length];
        Block[] newBlocks = new Block[length];
        System.arraycopy(firsts, 0, newFirsts, 0, block);
        System.arraycopy(blocks, 0, newBlocks, 0, block);
        for (int i = 0; i < added.length; i++) {
            newFirsts[block + i] = added[i].first();
            newBlocks[block + i] = added[i];
        }
        int rest = blocks.length - block - gone;
        System.arraycopy(firsts, block + gone, newFirsts, block + added.length, rest);
        System.arraycopy(blocks, block + gone, newBlocks, block + added.length, rest);
        return new Runs(newFirsts, newBlocks, newCount);
    }

    private static long place(int block, int index) {
        return (long) block << INDEX_BITS | index;
    }

    private static int block(long place) {
        return (int) (place >>> INDEX_BITS);
    }

    private static int index(long place) {
        return (int) place;
    }

    /** The index of the last start that is not above the address, or -1. */
    static int floor(long[] starts, long iova) {
        int low = 0;
        int high = starts.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (Long.compareUnsigned(starts[middle], iova) <= 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high;
    }
}
