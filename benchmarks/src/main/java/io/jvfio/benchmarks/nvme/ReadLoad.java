// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.nvme;

import io.jvfio.DeviceLocator;
import io.jvfio.Vfio;
import io.jvfio.device.OpenOptions;
import io.jvfio.driver.nvme.CompletionHandler;
import io.jvfio.driver.nvme.CompletionMode;
import io.jvfio.driver.nvme.IoQueue;
import io.jvfio.driver.nvme.Namespace;
import io.jvfio.driver.nvme.NvmeCommand;
import io.jvfio.driver.nvme.NvmeController;
import io.jvfio.driver.nvme.QueueOptions;
import io.jvfio.iommu.DmaBuffer;
import io.jvfio.pci.PciDevice;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads of 4 KiB from the first namespace of a controller, of which so many are under way all the time. The driver polls.
 *
 * <p>Threads: for one at a time.
 */
final class ReadLoad implements AutoCloseable {
    /** The bytes of a read. */
    static final int BLOCK = 4096;

    private final Vfio context = Vfio.create();
    private final PciDevice device;
    private final NvmeController controller;
    private final Namespace namespace;
    private final DmaBuffer buffer;
    private final IoQueue queue;
    private final int depth;
    private final int blocks;
    private final long places;
    private final long stride;
    private final CompletionHandler handler = this::completed;

    /** When the command of each part of the buffer was posted. */
    private final long[] posted;

    private long @Nullable [] latencies;
    private int latenciesTaken;
    private long random = 0x9e37_79b9_7f4a_7c15L;
    private long place;
    private long completed;
    private int underWay;

    /**
     * Opens the controller.
     *
     * @param locator of the controller
     * @param depth how many commands are under way
     * @param step from one read to the next in bytes, a multiple of {@link #BLOCK} and around at the end; 0 for random places
     */
    ReadLoad(DeviceLocator locator, int depth, long step) {
        this.depth = depth;
        this.stride = step / BLOCK;
        this.posted = new long[depth];
        device = context.openPci(locator, OpenOptions.defaults());
        controller = NvmeController.open(device);
        namespace = controller.namespace(1);
        blocks = BLOCK / namespace.info().blockSize();
        places = namespace.info().blocks() / blocks;
        buffer = device.dma().allocate((long) depth * BLOCK);
        queue = controller.queue(QueueOptions.defaults().withDepth(depth).withMode(CompletionMode.POLLED));
    }

    /** Goes on until so many more are complete. */
    void complete(int count) {
        for (; underWay < depth; underWay++) {
            post(underWay);
        }
        queue.ring();
        long end = completed + count;
        while (completed < end) {
            queue.poll(handler);
            queue.ring();
        }
    }

    /** How many were completed. */
    long completed() {
        return completed;
    }

    /** From now on, the nanoseconds from post to completion of each command go here, as many as there is room for. */
    void take(long[] nanos) {
        latencies = nanos;
        latenciesTaken = 0;
        for (int part = 0; part < underWay; part++) {
            posted[part] = System.nanoTime();
        }
    }

    /** How many latencies were taken. */
    int taken() {
        return latenciesTaken;
    }

    private void completed(NvmeCommand command) {
        command.check();
        completed++;
        int part = (int) command.tag();
        long[] nanos = latencies;
        if (nanos != null && latenciesTaken < nanos.length) {
            nanos[latenciesTaken++] = System.nanoTime() - posted[part];
        }
        post(part);
    }

    private void post(int part) {
        if (latencies != null) {
            posted[part] = System.nanoTime();
        }
        Objects.requireNonNull(queue.take(), "a free command")
                .read(namespace, next() * blocks, blocks)
                .data(buffer, (long) part * BLOCK)
                .tag(part)
                .post();
    }

    private long next() {
        if (stride != 0) {
            long now = place;
            place = (place + stride) % places;
            return now;
        }
        random ^= random << 13;
        random ^= random >>> 7;
        random ^= random << 17;
        return Long.remainderUnsigned(random, places);
    }

    /** Waits for what is under way and closes the controller. */
    @Override
    public void close() {
        queue.drain(NvmeCommand::check);
        queue.close();
        buffer.close();
        controller.close();
        device.close();
        context.close();
    }
}
