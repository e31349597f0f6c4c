// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme;

import io.jvfio.Hex;
import io.jvfio.mmio.Layouts;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * What is written to blocks to see later whether they hold what was written last: each names its own number and the
 * generation of the data, and all of its other bytes follow from these. A block that is found elsewhere, that is old, or
 * that is torn does not pass, and says what it is.
 *
 * <p>Threads: immutable.
 *
 * @param blockSize bytes, a multiple of 8 and 512 at least
 * @param generation which writing it is
 */
public record BlockPattern(int blockSize, int generation) {
    private static final ValueLayout.OfLong WORD = Layouts.LE_LONG.withByteAlignment(1);
    private static final int HEADER_WORDS = 2;

    /** In the upper half of the second word: "jvfi". */
    private static final long MARK = 0x6a766669L;

    private static final long STEP = 0x9e37_79b9_7f4a_7c15L;

    /** Checks the size. */
    public BlockPattern {
        if (blockSize < 512 || blockSize % Long.BYTES != 0) {
            throw new IllegalArgumentException("blocks of " + blockSize + " bytes");
        }
    }

    /** The same for another generation. */
    public BlockPattern next() {
        return new BlockPattern(blockSize, generation + 1);
    }

    /**
     * Writes the pattern of blocks that follow each other. Allocates nothing.
     *
     * @param offset where the first one starts in memory, in bytes
     * @param lba its number
     * @param blocks how many
     */
    public void fill(MemorySegment memory, long offset, long lba, int blocks) {
        for (int block = 0; block < blocks; block++) {
            long at = offset + (long) block * blockSize;
            long word = seed(lba + block);
            memory.set(WORD, at, lba + block);
            memory.set(WORD, at + Long.BYTES, header());
            for (int i = HEADER_WORDS * Long.BYTES; i < blockSize; i += Long.BYTES) {
                word += STEP;
                memory.set(WORD, at + i, word);
            }
        }
    }

    /**
     * Looks for a block that does not hold its pattern. Allocates nothing.
     *
     * @param offset where the first one starts in memory, in bytes
     * @param lba its number
     * @param blocks how many
     * @return which one it is, from 0 on, or -1 if all are as they should be
     */
    public int mismatch(MemorySegment memory, long offset, long lba, int blocks) {
        for (int block = 0; block < blocks; block++) {
            long at = offset + (long) block * blockSize;
            long wrong = memory.get(WORD, at) ^ (lba + block) | memory.get(WORD, at + Long.BYTES) ^ header();
            long word = seed(lba + block);
            for (int i = HEADER_WORDS * Long.BYTES; i < blockSize; i += Long.BYTES) {
                word += STEP;
                wrong |= memory.get(WORD, at + i) ^ word;
            }
            if (wrong != 0) {
                return block;
            }
        }
        return -1;
    }

    /**
     * Says what a block holds instead of its pattern.
     *
     * @param offset where it starts in memory, in bytes
     * @param lba its number
     */
    public String explain(MemorySegment memory, long offset, long lba) {
        String expected = "block " + Hex.of(lba) + " of generation " + generation;
        long first = memory.get(WORD, offset);
        long second = memory.get(WORD, offset + Long.BYTES);
        if (second >>> Integer.SIZE == MARK) {
            String found = "block " + Hex.of(first) + " of generation " + (int) second;
            BlockPattern other = new BlockPattern(blockSize, (int) second);
            boolean whole = other.mismatch(memory, offset, first, 1) < 0;
            return expected + " holds " + found + (whole ? "" : ", damaged");
        }
        for (long at = 0; at < blockSize; at += Long.BYTES) {
            if (memory.get(WORD, offset + at) != 0) {
                return expected + " holds other data, " + Hex.of(first) + " first";
            }
        }
        return expected + " holds zeroes";
    }

    private long header() {
        return MARK << Integer.SIZE | Integer.toUnsignedLong(generation);
    }

    private long seed(long lba) {
        long mixed = (lba ^ (long) generation << 40) * 0xbf58_476d_1ce4_e5b9L;
        return mixed ^ mixed >>> 31;
    }
}
