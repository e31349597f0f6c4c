// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.nvme;

import io.jvfio.driver.nvme.CompletionHandler;
import io.jvfio.driver.nvme.IoQueue;
import io.jvfio.driver.nvme.Namespace;
import io.jvfio.driver.nvme.NvmeCommand;
import io.jvfio.driver.nvme.NvmeController;
import io.jvfio.driver.nvme.QueueOptions;
import io.jvfio.iommu.DmaBuffer;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Moves blocks of a namespace by commands of equal size, the last one aside, with as many under way as the queue takes.
 *
 * <p>Threads: one at a time.
 */
public final class BlockTraffic implements AutoCloseable {
    private static final Duration LOOK = Duration.ofMillis(100);

    private final Namespace namespace;
    private final int depth;
    private final int blockSize;
    private final int perCommand;
    private final DmaBuffer buffer;
    private final IoQueue queue;

    /** What is done with blocks: fill them before they are written, or look at them when they were read. */
    @FunctionalInterface
    public interface Blocks {
        /** The data of the blocks from {@code lba} on. */
        void at(long lba, MemorySegment data);
    }

    /**
     * Makes a queue, and a buffer for all its commands.
     *
     * @param depth how many commands are under way at most
     * @param most how many bytes one command moves at most
     */
    public BlockTraffic(Namespace namespace, int depth, int most) {
        NvmeController controller = namespace.controller();
        this.namespace = namespace;
        this.blockSize = namespace.info().blockSize();
        this.perCommand = Math.max(1, Math.min(most, controller.maxTransfer()) / blockSize);
        this.queue = controller.queue(QueueOptions.defaults().withDepth(depth));
        this.depth = queue.depth();
        try {
            this.buffer = controller.device().dma().allocate((long) depth * bytesPerCommand());
        } catch (RuntimeException e) {
            try (queue) {
                throw e;
            }
        }
    }

    /** The queue, borrowed. */
    public IoQueue queue() {
        return queue;
    }

    /** The memory that the device reads and writes. */
    public DmaBuffer buffer() {
        return buffer;
    }

    /** The namespace that is read and written. */
    public Namespace namespace() {
        return namespace;
    }

    /** How many bytes each command moves. */
    public int bytesPerCommand() {
        return perCommand * blockSize;
    }

    /** Writes the blocks from {@code first} on; the progress is told in blocks. */
    public void write(long first, long blocks, Blocks fill, LongConsumer progress) throws InterruptedException {
        move(first, blocks, fill, null, progress);
    }

    /** Reads the blocks from {@code first} on; the progress is told in blocks. */
    public void read(long first, long blocks, Blocks look, LongConsumer progress) throws InterruptedException {
        move(first, blocks, null, look, progress);
    }

    /** Puts on the media what was written before, by a command of the same queue. */
    public void flush() {
        take().flush(namespace).post();
        queue.drain(NvmeCommand::check);
    }

    private void move(long first, long blocks, @Nullable Blocks fill, @Nullable Blocks look, LongConsumer progress)
            throws InterruptedException {
        long end = first + blocks;
        ArrayDeque<Integer> slots = new ArrayDeque<>();
        for (int slot = 0; slot < depth; slot++) {
            slots.add(slot);
        }
        long[] done = {0};
        CompletionHandler handler = command -> {
            command.check();
            int slot = (int) command.tag();
            int count = count(command.lba(), end);
            if (look != null) {
                look.at(command.lba(), slot(slot, count));
            }
            slots.add(slot);
            done[0] += count;
        };
        for (long next = first; done[0] < blocks; ) {
            while (next < end && !slots.isEmpty()) {
                int slot = slots.remove();
                int count = count(next, end);
                if (fill != null) {
                    fill.at(next, slot(slot, count));
                }
                NvmeCommand command = take();
                (fill != null ? command.write(namespace, next, count) : command.read(namespace, next, count))
                        .data(buffer, offset(slot))
                        .tag(slot)
                        .post();
                next += count;
            }
            queue.await(handler, LOOK);
            progress.accept(done[0]);
        }
    }

    /** Reads one block where each command of {@link #read} would begin, one after the other; nanoseconds for each. */
    public long[] latencies(int count, long blocks) throws InterruptedException {
        long[] nanos = new long[count];
        for (int i = 0; i < count; i++) {
            int index = i;
            take().read(namespace, i * (long) perCommand % blocks, 1)
                    .data(buffer, 0)
                    .post();
            while (queue.busy() > 0) {
                queue.await(
                        command -> {
                            command.check();
                            nanos[index] = command.nanos();
                        },
                        LOOK);
            }
        }
        return nanos;
    }

    private int count(long lba, long end) {
        return (int) Math.min(perCommand, end - lba);
    }

    private NvmeCommand take() {
        NvmeCommand command = queue.take();
        if (command == null) {
            throw new IllegalStateException(queue + " has no free command");
        }
        return command;
    }

    private long offset(int slot) {
        return (long) slot * bytesPerCommand();
    }

    private MemorySegment slot(int slot, int blocks) {
        return buffer.memory().asSlice(offset(slot), (long) blocks * blockSize);
    }

    /** Ends the queue, and then frees the memory, which no command uses any more. */
    @Override
    public void close() {
        try (buffer;
                queue) {
            // Closed in this order.
        }
    }
}
