// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme.queue;

import io.jvfio.Closing;
import io.jvfio.driver.nvme.data.DescriptorPages;
import io.jvfio.driver.nvme.spec.CompletionEntry;
import io.jvfio.driver.nvme.spec.SubmissionEntry;
import io.jvfio.iommu.Dma;
import io.jvfio.iommu.DmaBuffer;
import io.jvfio.iommu.DmaOptions;
import java.lang.foreign.MemorySegment;

/**
 * The memory of a pair of queues: commands, completions, and pages for the lists of each command. It is made, and so
 * placed on its NUMA node, by the thread that makes the queue.
 *
 * <p>Threads: one at a time.
 */
public final class QueueMemory implements AutoCloseable {
    private final DmaBuffer buffer;
    private final int pageSize;
    private final int entries;
    private final long completions;
    private final long firstList;
    private final int listPages;

    /**
     * Memory for queues.
     *
     * @param entries of each of the two
     * @param listPages pages for the lists of one command
     * @param pageSize the controller's memory page in bytes
     */
    public QueueMemory(Dma dma, int entries, int listPages, int pageSize) {
        this.entries = entries;
        this.pageSize = pageSize;
        this.listPages = listPages;
        this.completions = pageUp((long) entries * SubmissionEntry.SIZE);
        this.firstList = completions + pageUp((long) entries * CompletionEntry.SIZE);
        long size = firstList + (long) (entries - 1) * listPages * pageSize;
        this.buffer =
                dma.allocate(size, DmaOptions.defaults().withAlignment(pageSize).withLabel("nvme queue"));
        if (buffer.contiguous(0) < completions || buffer.contiguous(completions) < firstList - completions) {
            throw Closing.after(
                    new IllegalStateException("queues of " + entries + " entries do not lie together in memory without"
                            + " an IOMMU: take huge pages, or fewer entries"),
                    buffer);
        }
    }

    public MemorySegment submissions() {
        return buffer.memory().asSlice(0, (long) entries * SubmissionEntry.SIZE);
    }

    public MemorySegment completions() {
        return buffer.memory().asSlice(completions, (long) entries * CompletionEntry.SIZE);
    }

    public long submissionAddress() {
        return buffer.deviceAddress(0);
    }

    public long completionAddress() {
        return buffer.deviceAddress(completions);
    }

    /** The pages of each command. */
    public DescriptorPages[] lists() {
        DescriptorPages[] lists = new DescriptorPages[entries - 1];
        for (int slot = 0; slot < lists.length; slot++) {
            long start = firstList + (long) slot * listPages * pageSize;
            long[] addresses = new long[listPages];
            for (int page = 0; page < listPages; page++) {
                addresses[page] = buffer.deviceAddress(start + (long) page * pageSize);
            }
            lists[slot] = new DescriptorPages(
                    buffer.memory().asSlice(start, (long) listPages * pageSize), addresses, pageSize);
        }
        return lists;
    }

    @Override
    public void close() {
        buffer.close();
    }

    private long pageUp(long size) {
        return (size + pageSize - 1) / pageSize * pageSize;
    }
}
