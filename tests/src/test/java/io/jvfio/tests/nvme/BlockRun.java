// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.nvme;

import io.jvfio.driver.nvme.BlockPattern;
import io.jvfio.driver.nvme.IoQueue;
import io.jvfio.driver.nvme.Namespace;
import io.jvfio.driver.nvme.NvmeCommand;
import io.jvfio.driver.nvme.spec.IoOpcode;
import io.jvfio.iommu.DmaBuffer;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.function.LongUnaryOperator;

/**
 * Writes blocks with patterns, or reads and checks them, with many commands under way.
 *
 * <p>Threads: one at a time.
 */
final class BlockRun {
    private static final Duration LOOK = Duration.ofMillis(200);

    private final Namespace namespace;
    private final IoQueue queue;
    private final DmaBuffer buffer;
    private final int blocksPerCommand;
    private final int blockSize;
    private final long[] free;
    private int freeCount;
    private int interruptsAfter = Integer.MAX_VALUE;
    private Runnable disturbance = () -> {};
    private BlockPattern pattern;

    /**
     * A run on a queue.
     *
     * @param buffer memory for as many commands as the queue takes
     * @param blocksPerCommand how many blocks each command moves
     */
    BlockRun(Namespace namespace, IoQueue queue, DmaBuffer buffer, int blocksPerCommand) {
        this.namespace = namespace;
        this.queue = queue;
        this.buffer = buffer;
        this.blocksPerCommand = blocksPerCommand;
        this.blockSize = namespace.info().blockSize();
        this.free = new long[queue.depth()];
    }

    /** Runs something in the middle: when so many commands have been posted. */
    BlockRun disturbedAfter(int commands, Runnable what) {
        interruptsAfter = commands;
        disturbance = what;
        return this;
    }

    /** Writes the pattern from block {@code first} on. */
    void write(BlockPattern data, long first, long commands, LongUnaryOperator order) {
        run(data, first, commands, order, true);
    }

    /** Reads and checks the pattern from block {@code first} on. */
    void verify(BlockPattern data, long first, long commands, LongUnaryOperator order) {
        run(data, first, commands, order, false);
    }

    private void run(BlockPattern data, long first, long commands, LongUnaryOperator order, boolean writing) {
        pattern = data;
        freeCount = free.length;
        for (int i = 0; i < free.length; i++) {
            free[i] = (long) i * blocksPerCommand * blockSize;
        }
        for (long number = 0; number < commands; number++) {
            if (number == interruptsAfter) {
                disturbance.run();
            }
            NvmeCommand command = queue.take();
            while (command == null) {
                await();
                command = queue.take();
            }
            long offset = free[--freeCount];
            long lba = first + order.applyAsLong(number) * blocksPerCommand;
            if (writing) {
                data.fill(buffer.memory(), offset, lba, blocksPerCommand);
                command.write(namespace, lba, blocksPerCommand);
            } else {
                buffer.memory()
                        .asSlice(offset, (long) blocksPerCommand * blockSize)
                        .fill((byte) 0);
                command.read(namespace, lba, blocksPerCommand);
            }
            command.data(buffer, offset).tag(offset).post();
        }
        queue.drain(this::completed);
    }

    private void await() {
        try {
            queue.await(this::completed, LOOK);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void completed(NvmeCommand command) {
        command.check();
        MemorySegment memory = buffer.memory();
        if (command.opcode() == IoOpcode.READ) {
            long lba = command.lba();
            int wrong = pattern.mismatch(memory, command.tag(), lba, blocksPerCommand);
            if (wrong >= 0) {
                throw new AssertionError(
                        pattern.explain(memory, command.tag() + (long) wrong * blockSize, lba + wrong));
            }
        }
        free[freeCount++] = command.tag();
    }
}
