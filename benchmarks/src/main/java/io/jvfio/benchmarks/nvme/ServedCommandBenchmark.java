// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.nvme;

import io.jvfio.DeviceLocator;
import io.jvfio.Vfio;
import io.jvfio.benchmarks.Question;
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
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/**
 * How long does a random read of 4 KiB take over vfio-user, with so many under way? Driver and controller are in processes
 * of their own, and share the machine's cores.
 */
public class ServedCommandBenchmark extends Question {
    private static final int LOOP = 1024;
    private static final int BLOCK = 4096;

    /** How many commands are under way. */
    @Param({"1", "32", "128"})
    public int depth;

    private final ServedNvme served = new ServedNvme();
    private final Vfio context = Vfio.create();
    private final PciDevice device =
            context.openPci(DeviceLocator.parse("vfio-user:" + served.socket()), OpenOptions.defaults());
    private final NvmeController controller = NvmeController.open(device);
    private final Namespace namespace = controller.namespace(1);
    private final int blocks = BLOCK / namespace.info().blockSize();
    private final long places = namespace.info().blocks() / blocks;

    @SuppressWarnings("NullAway.Init")
    private DmaBuffer buffer;

    @SuppressWarnings("NullAway.Init")
    private IoQueue queue;

    private long random = 0x9e37_79b9_7f4a_7c15L;
    private int posted;
    private int completed;
    private final CompletionHandler handler = this::completed;

    /** Makes the queue. */
    @Setup
    public void open() {
        buffer = device.dma().allocate((long) depth * BLOCK);
        queue = controller.queue(QueueOptions.defaults().withDepth(depth).withMode(CompletionMode.POLLED));
    }

    /** Ends both processes' parts. */
    @TearDown
    public void close() {
        queue.close();
        buffer.close();
        controller.close();
        device.close();
        context.close();
        served.close();
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public int nvme_read_over_socket() {
        posted = 0;
        completed = 0;
        for (int part = 0; part < depth; part++) {
            post(part);
        }
        queue.ring();
        while (completed < LOOP) {
            queue.poll(handler);
            queue.ring();
        }
        return completed;
    }

    private void completed(NvmeCommand command) {
        command.check();
        completed++;
        if (posted < LOOP) {
            post((int) command.tag());
        }
    }

    private void post(int part) {
        random ^= random << 13;
        random ^= random >>> 7;
        random ^= random << 17;
        Objects.requireNonNull(queue.take(), "a free command")
                .read(namespace, Long.remainderUnsigned(random, places) * blocks, blocks)
                .data(buffer, (long) part * BLOCK)
                .tag(part)
                .post();
        posted++;
    }
}
