// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli;

import io.jvfio.driver.nvme.CompletionHandler;
import io.jvfio.driver.nvme.IoQueue;
import io.jvfio.driver.nvme.Namespace;
import io.jvfio.driver.nvme.NvmeCommand;
import io.jvfio.driver.nvme.QueueOptions;
import io.jvfio.iommu.DmaBuffer;
import io.jvfio.pci.PciDevice;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Moves the first blocks of a namespace by commands of equal size, with as many under way as the queue takes.
 *
 * <p>Threads: one at a time.
 */
final class BlockTraffic implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final Namespace namespace;
    private final int depth;
    private final int part;
    private final DmaBuffer buffer;
    private final IoQueue queue;

    /** What is done with a part: fill it before it is written, or look at it when it was read. */
    @FunctionalInterface
    interface Part {
        /** The data that belongs at this offset of the namespace. */
        void at(long offset, MemorySegment data);
    }

    /**
     * Makes a queue, and a buffer for all its commands.
     *
     * @param depth how many commands are under way at most
     * @param most how many bytes one command moves at most
     */
    BlockTraffic(PciDevice device, Namespace namespace, int depth, int most) {
        this.namespace = namespace;
        this.depth = depth;
        int blockSize = namespace.info().blockSize();
        this.part = Math.max(1, Math.min(most, namespace.controller().maxTransfer()) / blockSize) * blockSize;
        this.buffer = device.dma().allocate((long) depth * part);
        try {
            this.queue = namespace.controller().queue(QueueOptions.defaults().withDepth(depth));
        } catch (RuntimeException e) {
            try (buffer) {
                throw e;
            }
        }
    }

    /** The queue, borrowed. */
    IoQueue queue() {
        return queue;
    }

    /** The memory that the device reads and writes. */
    DmaBuffer buffer() {
        return buffer;
    }

    /** How many bytes each command moves. */
    int part() {
        return part;
    }

    /** As much of {@code wanted} bytes as the namespace has, in whole parts. */
    long size(long wanted) {
        return Math.min(wanted, namespace.info().size()) / part * part;
    }

    /** Writes the first {@code size} bytes. */
    void write(long size, Part fill, LongConsumer progress) throws InterruptedException {
        move(size, fill, null, progress);
    }

    /** Reads the first {@code size} bytes. */
    void read(long size, Part look, LongConsumer progress) throws InterruptedException {
        move(size, null, look, progress);
    }

    private void move(long size, @Nullable Part fill, @Nullable Part look, LongConsumer progress)
            throws InterruptedException {
        ArrayDeque<Integer> slots = new ArrayDeque<>();
        for (int slot = 0; slot < depth; slot++) {
            slots.add(slot);
        }
        long[] done = {0};
        CompletionHandler handler = command -> {
            command.check();
            int slot = (int) command.tag();
            if (look != null) {
                look.at(command.lba() * namespace.info().blockSize(), slot(slot));
            }
            slots.add(slot);
            done[0] += part;
        };
        for (long next = 0; done[0] < size; ) {
            while (next < size && !slots.isEmpty()) {
                int slot = slots.remove();
                if (fill != null) {
                    fill.at(next, slot(slot));
                }
                post(next, slot, fill != null);
                next += part;
            }
            queue.await(handler, PATIENCE);
            progress.accept(done[0]);
        }
    }

    /** Reads one block at the start of each part in turn, one after the other; how long each took, in nanoseconds. */
    long[] latencies(int count, long size) throws InterruptedException {
        long[] nanos = new long[count];
        int blockSize = namespace.info().blockSize();
        for (int i = 0; i < count; i++) {
            int index = i;
            long lba = i * (long) part % size / blockSize;
            take().read(namespace, lba, 1).data(buffer, 0).post();
            while (queue.busy() > 0) {
                queue.await(
                        command -> {
                            command.check();
                            nanos[index] = command.nanos();
                        },
                        PATIENCE);
            }
        }
        return nanos;
    }

    private void post(long offset, int slot, boolean writing) {
        int blockSize = namespace.info().blockSize();
        long lba = offset / blockSize;
        NvmeCommand command = take();
        (writing ? command.write(namespace, lba, part / blockSize) : command.read(namespace, lba, part / blockSize))
                .data(buffer, (long) slot * part)
                .tag(slot)
                .post();
    }

    private NvmeCommand take() {
        NvmeCommand command = queue.take();
        if (command == null) {
            throw new IllegalStateException(queue + " has no free command");
        }
        return command;
    }

    private MemorySegment slot(int slot) {
        return buffer.memory().asSlice((long) slot * part, part);
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
