// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.jvfio.DeviceLocator;
import io.jvfio.Vfio;
import io.jvfio.device.OpenOptions;
import io.jvfio.driver.nvme.CompletionMode;
import io.jvfio.driver.nvme.IoQueue;
import io.jvfio.driver.nvme.NvmeController;
import io.jvfio.driver.nvme.QueueOptions;
import io.jvfio.driver.nvme.ReadBatch;
import io.jvfio.iommu.DmaBuffer;
import io.jvfio.pci.PciDevice;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Batches make no garbage once their code is compiled: filled, read, asked and cleared. */
@Tag("allocation")
final class ReadBatchAllocationTest {
    private static final int BLOCK = 512;
    private static final int ROUNDS = 100;

    /** Less than a byte for ten extents: nothing of a batch, but something of the virtual machine's own now and then. */
    private static final double TOLERATED = 0.1;

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    @ParameterizedTest
    @CsvSource({"512, 1024", "512, 128", "512, 16", "1, 128"})
    void a_batch_makes_no_garbage(int extents, int depth) {
        try (Vfio context = Vfio.create();
                PciDevice device = context.openPci(
                        DeviceLocator.parse("model:nvme?size=4MiB&doorbells=mapped"), OpenOptions.defaults());
                NvmeController controller = NvmeController.open(device);
                IoQueue queue = controller.queue(
                        QueueOptions.defaults().withDepth(depth).withMode(CompletionMode.POLLED));
                DmaBuffer buffer = device.dma().allocate((long) extents * 8 * BLOCK);
                Arena arena = Arena.ofConfined();
                ReadBatch batch = ReadBatch.of(queue, controller.namespace(1), extents, 64 << 10)) {
            MemorySegment other = arena.allocate(1000);
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            double fewest = Double.MAX_VALUE;
            long begin = System.nanoTime();
            while (fewest > TOLERATED && System.nanoTime() - begin < PATIENCE_NANOS) {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int round = 0; round < ROUNDS; round++) {
                    round(batch, extents, buffer, other);
                }
                long bytes = threads.getCurrentThreadAllocatedBytes() - before;
                fewest = Math.min(fewest, (double) bytes / ((long) ROUNDS * extents));
            }
            assertThat(fewest).as("bytes for each extent").isLessThanOrEqualTo(TOLERATED);
        }
    }

    private static void round(ReadBatch batch, int extents, DmaBuffer buffer, MemorySegment other) {
        for (int extent = 0; extent < extents; extent++) {
            long at = (long) extent * 8 * BLOCK;
            if (extent % 4 == 3) {
                batch.add(at + 100, other);
            } else {
                batch.add(at, buffer, at, 8 * BLOCK);
            }
        }
        if (batch.read() != 0) {
            throw new AssertionError("an extent failed");
        }
        for (int extent = 0; extent < extents; extent++) {
            if (batch.status(extent) != 0) {
                throw new AssertionError("extent " + extent);
            }
        }
        batch.clear();
    }
}
