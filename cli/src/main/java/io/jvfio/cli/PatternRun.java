// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli;

import io.jvfio.driver.nvme.BlockPattern;
import io.jvfio.driver.nvme.IoQueue;
import io.jvfio.driver.nvme.Namespace;
import io.jvfio.driver.nvme.NvmeCommand;
import io.jvfio.driver.nvme.NvmeController;
import io.jvfio.driver.nvme.QueueOptions;
import io.jvfio.driver.nvme.spec.IoOpcode;
import io.jvfio.iommu.DmaBuffer;
import java.time.Duration;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes blocks that each name their number and generation, or reads such blocks and checks them, with many commands under
 * way.
 *
 * <p>Threads: one at a time.
 */
final class PatternRun implements AutoCloseable {
    private static final int LARGEST_COMMAND = 128 * 1024;
    private static final Duration LOOK = Duration.ofMillis(100);

    private final Namespace namespace;
    private final BlockPattern pattern;
    private final IoQueue queue;
    private final DmaBuffer buffer;
    private final int blockSize;
    private final int perCommand;
    private final int[] free;
    private int freeCount;
    private long last;
    private long done;
    private long wrong;
    private @Nullable String firstWrong;

    /** A run with so many commands under way. */
    PatternRun(Namespace namespace, int generation, int depth) {
        NvmeController controller = namespace.controller();
        this.namespace = namespace;
        this.blockSize = namespace.info().blockSize();
        this.pattern = new BlockPattern(blockSize, generation);
        this.perCommand = Math.max(1, Math.min(LARGEST_COMMAND, controller.maxTransfer()) / blockSize);
        this.queue = controller.queue(QueueOptions.defaults().withDepth(depth));
        try {
            this.buffer = controller.device().dma().allocate((long) queue.depth() * perCommand * blockSize);
        } catch (RuntimeException e) {
            try (queue) {
                throw e;
            }
        }
        this.free = new int[queue.depth()];
    }

    /** Writes the blocks from {@code first} on; the progress is told in blocks. */
    void write(long first, long blocks, LongConsumer progress) throws InterruptedException {
        run(first, blocks, true, progress);
        namespace.flush();
    }

    /** Reads the blocks from {@code first} on, and counts those that do not hold what was written. */
    void verify(long first, long blocks, LongConsumer progress) throws InterruptedException {
        run(first, blocks, false, progress);
    }

    /** How many blocks did not hold what was written. */
    long wrong() {
        return wrong;
    }

    /** What the first of them holds, or null. */
    @Nullable String firstWrong() {
        return firstWrong;
    }

    private void run(long first, long blocks, boolean writing, LongConsumer progress) throws InterruptedException {
        done = 0;
        last = first + blocks;
        freeCount = 0;
        for (int part = free.length - 1; part >= 0; part--) {
            free[freeCount++] = part;
        }
        for (long lba = first; lba < last; ) {
            NvmeCommand command = queue.take();
            if (command == null) {
                queue.await(this::completed, LOOK);
                progress.accept(done);
                continue;
            }
            int count = (int) Math.min(perCommand, last - lba);
            int part = free[--freeCount];
            long offset = (long) part * perCommand * blockSize;
            if (writing) {
                pattern.fill(buffer.memory(), offset, lba, count);
                command.write(namespace, lba, count);
            } else {
                command.read(namespace, lba, count);
            }
            command.data(buffer, offset).tag(part).post();
            queue.ring();
            lba += count;
        }
        while (queue.busy() > 0) {
            queue.await(this::completed, LOOK);
            progress.accept(done);
        }
    }

    private void completed(NvmeCommand command) {
        command.check();
        int part = (int) command.tag();
        free[freeCount++] = part;
        long lba = command.lba();
        int count = (int) Math.min(perCommand, last - lba);
        done += count;
        if (command.opcode() == IoOpcode.READ) {
            long offset = (long) part * perCommand * blockSize;
            for (int block = 0; block < count; block++) {
                long at = offset + (long) block * blockSize;
                if (pattern.mismatch(buffer.memory(), at, lba + block, 1) >= 0) {
                    wrong++;
                    if (firstWrong == null) {
                        firstWrong = pattern.explain(buffer.memory(), at, lba + block);
                    }
                }
            }
        }
    }

    /** The queue ends before its memory: commands under way write to no other. */
    @Override
    public void close() {
        try (buffer) {
            queue.close();
        }
    }
}
