// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.driver.nvme.CompletionMode;
import io.jvfio.driver.nvme.IoQueue;
import io.jvfio.driver.nvme.NvmeController;
import io.jvfio.driver.nvme.NvmeOptions;
import io.jvfio.driver.nvme.QueueOptions;
import io.jvfio.driver.nvme.ReadBatch;
import io.jvfio.iommu.DmaBuffer;
import io.jvfio.pci.PciDevice;
import io.jvfio.testkit.LeakCheck;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Batches of more virtual threads than there are carriers, on a device that does nothing for a while. */
@Timeout(60)
final class ReadBatchVirtualThreadsTest {
    private static final int BLOCK = CountedNvme.BLOCK;
    private static final int EXTENTS = 64;
    private static final int THREADS = Math.min(4 * Runtime.getRuntime().availableProcessors(), 12);
    private static final NvmeOptions OPTIONS =
            NvmeOptions.defaults().withShadowDoorbells(false).withVectors(THREADS + 1);

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource(CompletionMode.class)
    void a_wait_holds_no_carrier(CompletionMode mode) throws Exception {
        LeakCheck leaks = LeakCheck.start();
        CountedNvme model = CountedNvme.stepped("");
        Path file = folder.resolve("pinned.jfr");
        try (PciDevice device = model.pci();
                NvmeController controller = NvmeController.open(device, OPTIONS);
                Recording recording = new Recording()) {
            recording.enable("jdk.VirtualThreadPinned").withoutThreshold();
            recording.start();
            List<Reader> readers = new ArrayList<>();
            for (int number = 0; number < THREADS; number++) {
                readers.add(new Reader(controller, mode));
            }
            model.hold();
            readers.forEach(reader -> reader.thread.start());
            for (Reader reader : readers) {
                assertThat(reader.posted.await(20, TimeUnit.SECONDS)).isTrue();
            }
            // All of them wait, and others run.
            AtomicInteger others = new AtomicInteger();
            for (int number = 0; number < THREADS; number++) {
                Thread other = Thread.ofVirtual().start(others::incrementAndGet);
                assertThat(other.join(Duration.ofSeconds(20))).isTrue();
            }
            assertThat(others).hasValue(THREADS);
            assertThat(readers).allSatisfy(reader -> assertThat(reader.failed).isEqualTo(-1));
            for (Reader reader : readers) {
                while (!reader.thread.join(Duration.ofMillis(1))) {
                    while (model.step()) {
                        // Until there is nothing to do.
                    }
                }
                assertThat(reader.failed).isZero();
            }
            recording.stop();
            recording.dump(file);
            model.release();
            readers.forEach(Reader::close);
        }
        List<RecordedEvent> events = RecordingFile.readAllEvents(file);
        assertThat(events).noneMatch(event -> event.getEventType().getName().equals("jdk.VirtualThreadPinned"));
        leaks.assertNothingLeaked();
    }

    /** A virtual thread with a queue of its own. */
    private static final class Reader implements AutoCloseable {
        final CountDownLatch posted = new CountDownLatch(1);
        final Thread thread = Thread.ofVirtual().unstarted(this::run);
        volatile int failed = -1;
        private final IoQueue queue;
        private final DmaBuffer buffer;
        private final ReadBatch batch;

        Reader(NvmeController controller, CompletionMode mode) {
            queue = controller.queue(QueueOptions.defaults().withMode(mode).withDepth(32));
            buffer = controller.device().dma().allocate((long) EXTENTS * BLOCK);
            batch = ReadBatch.of(queue, controller.namespace(1), EXTENTS);
        }

        private void run() {
            for (int extent = 0; extent < EXTENTS; extent++) {
                batch.add((long) extent * BLOCK, buffer, (long) extent * BLOCK, BLOCK);
            }
            posted.countDown();
            failed = batch.read();
        }

        @Override
        public void close() {
            batch.close();
            queue.close();
            buffer.close();
        }
    }
}
