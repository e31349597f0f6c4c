// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme;

import io.jvfio.driver.nvme.queue.QueueWait;
import io.jvfio.driver.nvme.spec.IoOpcode;
import io.jvfio.iommu.DmaBuffer;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sends extents as commands of a queue that nothing else is sent to meanwhile, many with one doorbell, and puts together what
 * comes back. Where a queue is full it waits until there is room for many again. Allocates nothing.
 *
 * <p>Threads: one at a time.
 */
final class ExtentIo {
    /** How many commands go with one doorbell: more where many are under way, so that the device does not run dry. */
    private static final int TOGETHER = 32;

    private final IoQueue queue;
    private final Namespace namespace;
    private final @Nullable Staging staging;
    private final Consumer<Extent> ended;
    private final int blockSize;
    private final int most;
    private final int together;
    private final Part[] parts;
    private final int[] free;
    private final CompletionHandler handler = this::completed;
    private int freeCount;
    private int unrung;

    /** Whether the last extent had to wait. */
    private boolean full;

    /** What a command moves. */
    private static final class Part {
        private Extent extent = new Extent();
        private long lba;
        private int blocks;

        /** Its pages of staging memory, if there are any. */
        private int firstPage;

        private int pages;
    }

    /**
     * Extents of a namespace.
     *
     * @param staging for extents whose memory the device does not reach, or null if there are none; borrowed
     * @param ended told of each extent that is over, in a poll
     * @throws IllegalStateException if one command cannot move a block
     */
    ExtentIo(IoQueue queue, Namespace namespace, @Nullable Staging staging, Consumer<Extent> ended) {
        this.queue = queue;
        this.namespace = namespace;
        this.staging = staging;
        this.ended = ended;
        this.blockSize = namespace.info().blockSize();
        this.most = Math.min(queue.maxTransfer() / blockSize, 1 << 16);
        if (most == 0) {
            throw new IllegalStateException("one command of " + queue + " moves less than a block of " + namespace);
        }
        int depth = queue.depth();
        this.together = depth >= 4 * TOGETHER ? 2 * TOGETHER : depth >= TOGETHER ? TOGETHER : Math.max(1, depth / 2);
        this.parts = new Part[depth];
        this.free = new int[depth];
        for (int part = 0; part < depth; part++) {
            parts[part] = new Part();
            free[part] = part;
        }
        this.freeCount = depth;
    }

    /** How many commands are under way. */
    int underWay() {
        return parts.length - freeCount;
    }

    int blockSize() {
        return blockSize;
    }

    /**
     * Sends of an extent what is not sent yet, as far as there is room. What is not told of by a doorbell then is by
     * {@link #ring}.
     *
     * @return whether all of it is sent; if not, this is called again after a wait
     */
    boolean post(Extent extent) {
        if (full && !hasRoomAgain()) {
            return false;
        }
        full = false;
        while (extent.left() > 0) {
            if (!postPart(extent)) {
                if (underWay() == 0) {
                    throw new IllegalStateException(queue + " is in use by others: it has no free command");
                }
                full = true;
                return false;
            }
            // The last few that there is room for go with those before them.
            if (unrung >= together && freeCount >= together) {
                ring();
            }
        }
        return true;
    }

    /** Tells the controller of all that was posted. */
    void ring() {
        if (unrung > 0) {
            unrung = 0;
            queue.ring();
        }
    }

    /** Takes what is complete. */
    void poll() {
        queue.poll(handler);
    }

    /** Takes what is complete, and waits for it for some time. */
    void await() throws InterruptedException {
        queue.await(handler, QueueWait.SLICE);
    }

    private boolean hasRoomAgain() {
        return underWay() == 0 || freeCount >= together && (staging == null || staging.hasRoom());
    }

    private boolean postPart(Extent extent) {
        NvmeCommand command = queue.take();
        if (command == null) {
            return false;
        }
        int number = free[freeCount - 1];
        Part part = parts[number];
        if (!plan(part, extent)) {
            command.release();
            return false;
        }
        RuntimeException problem = fill(command, part);
        if (problem == null) {
            try {
                command.tag(number).post();
            } catch (IllegalArgumentException e) {
                // The controller takes no description of this memory.
                problem = e;
            }
        }
        if (problem != null) {
            command.release();
            giveBack(part);
            extent.failed(problem);
            tellIfOver(extent);
            return true;
        }
        freeCount--;
        unrung++;
        extent.sent(part.blocks);
        return true;
    }

    /** Says what the next command of an extent moves; whether there is room for it. */
    private boolean plan(Part part, Extent extent) {
        part.extent = extent;
        part.lba = extent.next();
        part.blocks = (int) Math.min(extent.left(), most);
        part.pages = 0;
        if (extent.buffer() != null || extent.opcode() == IoOpcode.FLUSH) {
            return true;
        }
        Staging between = staging();
        int blocksOfPage = between.pageSize() / blockSize;
        part.firstPage = between.take((part.blocks + blocksOfPage - 1) / blocksOfPage);
        if (part.firstPage < 0) {
            return false;
        }
        part.pages = between.length();
        part.blocks = Math.min(part.blocks, part.pages * blocksOfPage);
        return true;
    }

    /** Fills a command; what is wrong with the user's memory or the namespace by now, or null. */
    private @Nullable RuntimeException fill(NvmeCommand command, Part part) {
        Extent extent = part.extent;
        try {
            if (namespace.info().blockSize() != blockSize) {
                throw new IllegalStateException(namespace + " has blocks of another size than before");
            }
            switch (extent.opcode()) {
                case IoOpcode.READ -> command.read(namespace, part.lba, part.blocks);
                case IoOpcode.WRITE -> command.write(namespace, part.lba, part.blocks);
                default -> command.flush(namespace);
            }
            DmaBuffer buffer = extent.buffer();
            if (buffer != null) {
                command.data(buffer, extent.bufferOffset(part.lba, blockSize));
            } else if (part.pages > 0) {
                if (extent.opcode() == IoOpcode.WRITE) {
                    copy(part);
                }
                command.data(staging().buffer(), staging().offset(part.firstPage));
            }
            return null;
        } catch (RuntimeException e) {
            return e;
        }
    }

    private void completed(NvmeCommand command) {
        int number = (int) command.tag();
        Part part = parts[number];
        Extent extent = part.extent;
        if (!command.succeeded()) {
            extent.failed(command.status());
        } else if (part.pages > 0 && extent.opcode() == IoOpcode.READ) {
            try {
                copy(part);
            } catch (RuntimeException e) {
                // The user has closed it.
                extent.failed(e);
            }
        }
        giveBack(part);
        free[freeCount++] = number;
        extent.ended();
        tellIfOver(extent);
    }

    private void tellIfOver(Extent extent) {
        if (extent.isOver()) {
            ended.accept(extent);
        }
    }

    /** Moves the bytes of an extent that are in the blocks of a part, from or to its pages. */
    private void copy(Part part) {
        Extent extent = part.extent;
        long first = part.lba * blockSize;
        long from = Math.max(first, extent.start());
        long to = Math.min(first + (long) part.blocks * blockSize, extent.start() + extent.length());
        Staging between = staging();
        long staged = between.offset(part.firstPage) + (from - first);
        MemorySegment memory = extent.memory();
        if (extent.opcode() == IoOpcode.READ) {
            MemorySegment.copy(between.memory(), staged, memory, from - extent.start(), to - from);
        } else {
            MemorySegment.copy(memory, from - extent.start(), between.memory(), staged, to - from);
        }
    }

    private void giveBack(Part part) {
        if (part.pages > 0) {
            staging().giveBack(part.firstPage, part.pages);
            part.pages = 0;
        }
    }

    private Staging staging() {
        if (staging == null) {
            throw new IllegalStateException("no staging memory was made for " + namespace);
        }
        return staging;
    }
}
