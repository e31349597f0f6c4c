// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme;

import io.jvfio.Closing;
import io.jvfio.driver.nvme.queue.QueueWait;
import io.jvfio.driver.nvme.spec.DatasetRange;
import io.jvfio.driver.nvme.spec.IoOpcode;
import io.jvfio.iommu.DmaBuffer;
import io.jvfio.iommu.DmaOptions;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Calls that block, on a queue and a buffer of their own, for any namespace of a controller. A long call keeps several
 * commands under way, each with a part of the buffer. After a call that could not be ended in order it is broken, and
 * another one has to be made.
 *
 * <p>Threads: one at a time.
 */
final class BlockIo implements AutoCloseable {
    private static final int PARTS = 8;
    private static final int LARGEST_PART = 256 * 1024;
    private static final int MOST_BLOCKS = 1 << 16;
    private static final long LONGEST_RANGE = 0xffff_ffffL;

    private final NvmeController controller;
    private final IoQueue queue;
    private final DmaBuffer buffer;
    private final MemorySegment memory;
    private final int partSize;
    private final CompletionHandler handler = this::completed;
    private boolean broken;

    /** What the call under way moves, and what became of it. */
    private MemorySegment user = MemorySegment.NULL;

    private int blockSize;
    private int freeParts;
    private @Nullable CommandFailedException failure;

    BlockIo(NvmeController controller) {
        this.controller = controller;
        this.partSize = Math.min(LARGEST_PART, controller.maxTransfer());
        this.queue = controller.queue(QueueOptions.defaults().withDepth(PARTS));
        try {
            this.buffer = controller
                    .device()
                    .dma()
                    .allocate((long) PARTS * partSize, DmaOptions.defaults().withLabel("nvme blocks"));
            this.memory = buffer.memory();
        } catch (RuntimeException e) {
            throw Closing.after(e, queue);
        }
    }

    boolean broken() {
        return broken;
    }

    void read(Namespace namespace, long lba, MemorySegment target) {
        call(() -> move(namespace, lba, target, true));
    }

    void write(Namespace namespace, long lba, MemorySegment source) {
        call(() -> move(namespace, lba, source, false));
    }

    void flush(Namespace namespace) {
        call(() -> {
            take().flush(namespace).post();
            finish();
        });
    }

    /** Writes zeroes by the controller's own command, or by writes. */
    void writeZeroes(Namespace namespace, long lba, long blocks, boolean own) {
        call(() -> {
            int size = namespace.info().blockSize();
            int most = own ? MOST_BLOCKS : partSize / size;
            memory.asSlice(0, own ? 0 : partSize).fill((byte) 0);
            for (long done = 0; done < blocks && failure == null; ) {
                int count = (int) Math.min(blocks - done, most);
                if (own) {
                    take().writeZeroes(namespace, lba + done, count).post();
                } else {
                    take().write(namespace, lba + done, count).data(buffer, 0).post();
                }
                finish();
                done += count;
            }
        });
    }

    void deallocate(Namespace namespace, long lba, long blocks) {
        call(() -> {
            for (long done = 0; done < blocks && failure == null; ) {
                long count = Math.min(blocks - done, LONGEST_RANGE);
                DatasetRange.ATTRIBUTES.set(memory, 0);
                DatasetRange.BLOCKS.set(memory, (int) count);
                DatasetRange.START.set(memory, lba + done);
                take().deallocate(namespace, 1).data(buffer, 0).post();
                finish();
                done += count;
            }
        });
    }

    @Override
    public void close() {
        broken = true;
        try (buffer) {
            queue.close();
        }
    }

    private void call(Runnable work) {
        freeParts = (1 << PARTS) - 1;
        failure = null;
        user = MemorySegment.NULL;
        // What is under way after a failure of the controller must not be repeated in a later call.
        boolean ended = false;
        try {
            controller.device().guard(work);
            ended = true;
        } finally {
            user = MemorySegment.NULL;
            broken |= !ended;
        }
        CommandFailedException failed = failure;
        if (failed != null) {
            throw failed;
        }
    }

    private void move(Namespace namespace, long lba, MemorySegment data, boolean reading) {
        blockSize = namespace.info().blockSize();
        int most = partSize / blockSize;
        if (most == 0) {
            throw new IllegalStateException(
                    "one command of " + controller + " moves less than a block of " + namespace);
        }
        user = data;
        long blocks = data.byteSize() / blockSize;
        for (long sent = 0; sent < blocks && failure == null; ) {
            NvmeCommand command = freeParts == 0 ? null : queue.take();
            if (command == null) {
                await();
                continue;
            }
            int count = (int) Math.min(blocks - sent, most);
            int part = Integer.numberOfTrailingZeros(freeParts);
            long at = (long) part * partSize;
            if (reading) {
                command.read(namespace, lba + sent, count);
            } else {
                MemorySegment.copy(data, sent * blockSize, memory, at, (long) count * blockSize);
                command.write(namespace, lba + sent, count);
            }
            command.data(buffer, at).tag(sent * PARTS + part).post();
            queue.ring();
            freeParts &= ~(1 << part);
            sent += count;
        }
        finish();
    }

    private void completed(NvmeCommand command) {
        if (!command.succeeded()) {
            if (failure == null) {
                failure = command.failure();
            }
            return;
        }
        if (command.opcode() == IoOpcode.READ || command.opcode() == IoOpcode.WRITE) {
            int part = (int) (command.tag() % PARTS);
            freeParts |= 1 << part;
            if (command.opcode() == IoOpcode.READ) {
                long offset = command.tag() / PARTS * blockSize;
                long length = Math.min((long) partSize / blockSize * blockSize, user.byteSize() - offset);
                MemorySegment.copy(memory, (long) part * partSize, user, offset, length);
            }
        }
    }

    private NvmeCommand take() {
        NvmeCommand command = queue.take();
        if (command == null) {
            throw new IllegalStateException(queue + " has no free command between two calls");
        }
        return command;
    }

    private void await() {
        if (queue.busy() == 0) {
            throw new IllegalStateException(queue + " has nothing under way to wait for");
        }
        boolean interrupted = Thread.interrupted();
        try {
            queue.await(handler, QueueWait.SLICE);
        } catch (InterruptedException e) {
            interrupted = true;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void finish() {
        queue.drain(handler);
    }
}
