// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.nvme;

import io.jvfio.DeviceLocator;
import io.jvfio.Vfio;
import io.jvfio.benchmarks.Question;
import io.jvfio.benchmarks.WholeRun;
import io.jvfio.device.OpenOptions;
import io.jvfio.driver.nvme.CompletionMode;
import io.jvfio.driver.nvme.IoQueue;
import io.jvfio.driver.nvme.Namespace;
import io.jvfio.driver.nvme.NvmeController;
import io.jvfio.driver.nvme.QueueOptions;
import io.jvfio.driver.nvme.ReadBatch;
import io.jvfio.iommu.DmaBuffer;
import io.jvfio.pci.PciDevice;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What does an extent of 4 KiB cost among 512 that are read in one call, into DMA memory and into other memory by way of
 * staging memory? Beside it a file channel reads the same extents of the same file, from the page cache: the controller is a
 * model on a thread of this process that reads that file, too, so it cannot be faster.
 */
@WholeRun
public class BatchBenchmark extends Question {
    private static final int EXTENTS = 512;
    private static final int EXTENT = 4096;
    private static final long SIZE = 64L << 20;

    private final Path file = backing();
    private final Vfio context = Vfio.create();
    private final PciDevice device =
            context.openPci(DeviceLocator.parse("model:nvme?file=" + file), OpenOptions.defaults());
    private final NvmeController controller = NvmeController.open(device);
    private final Namespace namespace = controller.namespace(1);
    private final IoQueue queue =
            controller.queue(QueueOptions.defaults().withDepth(EXTENTS).withMode(CompletionMode.POLLED));
    private final DmaBuffer buffer = device.dma().allocate((long) EXTENTS * EXTENT);
    private final MemorySegment[] parts = new MemorySegment[EXTENTS];
    private final ByteBuffer memory = ByteBuffer.allocateDirect(EXTENTS * EXTENT);
    private final ReadBatch straight = ReadBatch.of(queue, namespace, EXTENTS);
    private final ReadBatch staged = ReadBatch.of(queue, namespace, EXTENTS, (long) EXTENTS * EXTENT);
    private final FileChannel channel;
    private final long[] offsets = new Random(1)
            .longs(EXTENTS, 0, SIZE / EXTENT)
            .map(block -> block * EXTENT)
            .toArray();

    /** Opens everything. */
    public BatchBenchmark() {
        for (int i = 0; i < EXTENTS; i++) {
            parts[i] = MemorySegment.ofBuffer(memory.slice(i * EXTENT, EXTENT));
        }
        try {
            channel = FileChannel.open(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path backing() {
        try {
            Path file = Files.createTempFile("jvfio-benchmark", ".img");
            byte[] content = new byte[(int) SIZE];
            new Random(1).nextBytes(content);
            return Files.write(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Closes everything. */
    @TearDown
    public void close() throws IOException {
        channel.close();
        straight.close();
        staged.close();
        queue.close();
        buffer.close();
        controller.close();
        device.close();
        context.close();
        Files.delete(file);
    }

    @Benchmark
    @OperationsPerInvocation(EXTENTS)
    public int nvme_batch_read() {
        straight.clear();
        for (int i = 0; i < EXTENTS; i++) {
            straight.add(offsets[i], buffer, (long) i * EXTENT, EXTENT);
        }
        return checked(straight.read());
    }

    @Benchmark
    @OperationsPerInvocation(EXTENTS)
    public int nvme_batch_read_staged() {
        staged.clear();
        for (int i = 0; i < EXTENTS; i++) {
            staged.add(offsets[i], parts[i]);
        }
        return checked(staged.read());
    }

    private static int checked(int failed) {
        if (failed != 0) {
            throw new IllegalStateException(failed + " extents failed");
        }
        return failed;
    }

    @Benchmark
    @OperationsPerInvocation(EXTENTS)
    public int file_channel_read() throws IOException {
        int read = 0;
        for (int i = 0; i < EXTENTS; i++) {
            memory.position(i * EXTENT).limit((i + 1) * EXTENT);
            read += channel.read(memory, offsets[i]);
            memory.limit(memory.capacity());
        }
        return read;
    }
}
