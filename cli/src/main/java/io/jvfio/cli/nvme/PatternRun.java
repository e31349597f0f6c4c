// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.nvme;

import io.jvfio.driver.nvme.BlockPattern;
import java.lang.foreign.MemorySegment;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes blocks that each name their number and generation, or reads such blocks and checks them.
 *
 * <p>Threads: one at a time.
 */
public final class PatternRun {
    private final BlockTraffic traffic;
    private final BlockPattern pattern;
    private long wrong;
    private @Nullable String firstWrong;

    /** A run by way of this traffic, which is borrowed. */
    public PatternRun(BlockTraffic traffic, int generation) {
        this.traffic = traffic;
        this.pattern = new BlockPattern(traffic.namespace().info().blockSize(), generation);
    }

    /** Writes the blocks from {@code first} on; the progress is told in blocks. */
    public void write(long first, long blocks, LongConsumer progress) throws InterruptedException {
        traffic.write(first, blocks, (lba, data) -> pattern.fill(data, 0, lba, count(data)), progress);
    }

    /** Reads the blocks from {@code first} on, and counts those that do not hold what was written. */
    public void verify(long first, long blocks, LongConsumer progress) throws InterruptedException {
        traffic.read(first, blocks, this::check, progress);
    }

    /** How many blocks did not hold what was written. */
    public long wrong() {
        return wrong;
    }

    /** What the first of them holds, or null. */
    public @Nullable String firstWrong() {
        return firstWrong;
    }

    private void check(long lba, MemorySegment data) {
        for (int block = 0; block < count(data); block++) {
            long at = (long) block * pattern.blockSize();
            if (pattern.mismatch(data, at, lba + block, 1) >= 0) {
                wrong++;
                if (firstWrong == null) {
                    firstWrong = pattern.explain(data, at, lba + block);
                }
            }
        }
    }

    private int count(MemorySegment data) {
        return (int) (data.byteSize() / pattern.blockSize());
    }
}
