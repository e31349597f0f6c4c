// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.jvfio.device.DeviceGoneException;
import io.jvfio.driver.nvme.BlockPattern;
import io.jvfio.driver.nvme.CommandFailedException;
import io.jvfio.driver.nvme.CompletionMode;
import io.jvfio.driver.nvme.IoQueue;
import io.jvfio.driver.nvme.Namespace;
import io.jvfio.driver.nvme.NvmeController;
import io.jvfio.driver.nvme.QueueOptions;
import io.jvfio.driver.nvme.ReadBatch;
import io.jvfio.driver.nvme.spec.StatusCode;
import io.jvfio.iommu.DmaBuffer;
import io.jvfio.pci.PciDevice;
import io.jvfio.testkit.LeakCheck;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Many extents in one call, on models that are stepped or work by themselves, that are small, and that fail. */
@Timeout(60)
final class ReadBatchTest {
    private static final int BLOCK = CountedNvme.BLOCK;
    private static final int EXTENTS = 512;
    private static final int BLOCKS = 8;
    private static final int LENGTH = BLOCKS * BLOCK;
    private static final String SMALL_QUEUES = "&lie=cap:byte=0:value=7;cap:byte=1:value=0";
    private static final String SMALL_TRANSFERS = "&lie=identify-controller:byte=77:value=1";

    /** What is done with a controller whose first namespace has a pattern. */
    private interface Work {
        void on(CountedNvme model, NvmeController controller, BlockPattern pattern) throws Exception;
    }

    private static void with(CountedNvme model, Work work) throws Exception {
        LeakCheck leaks = LeakCheck.start();
        try (PciDevice device = model.pci()) {
            try (NvmeController controller = NvmeController.open(device, CountedNvme.OPTIONS)) {
                work.on(model, controller, CountedNvme.fill(controller));
            }
        }
        leaks.assertNothingLeaked();
    }

    private static QueueOptions depth(int commands) {
        return QueueOptions.defaults().withDepth(commands);
    }

    /** Where an extent of a shuffled order starts. */
    private static long offset(int extent) {
        return extent * 389L % EXTENTS * LENGTH;
    }

    private static void add(ReadBatch batch, DmaBuffer buffer, int count) {
        for (int extent = 0; extent < count; extent++) {
            assertThat(batch.add(offset(extent), buffer, (long) extent * LENGTH, LENGTH))
                    .isEqualTo(extent);
        }
    }

    private static void assertRead(BlockPattern pattern, MemorySegment memory, int extent) {
        assertThat(pattern.mismatch(memory, (long) extent * LENGTH, offset(extent) / BLOCK, BLOCKS))
                .as("extent %d", extent)
                .isEqualTo(-1);
    }

    @ParameterizedTest
    @CsvSource({
        // extents, depth, doorbells of the submission queue and of the completion queue
        "1, 128, 1, 1", "32, 128, 1, 1", "33, 128, 1, 1", "64, 128, 1, 1", "65, 128, 2, 1", "512, 1024, 8, 1",
        "512, 128, 8, 4", "512, 64, 16, 8", "512, 32, 16, 16", "500, 40, 13, 13", "512, 33, 16, 16", "512, 8, 128, 64",
    })
    void so_many_extents_take_so_many_doorbells(int extents, int depth, int submissions, int completions)
            throws Exception {
        with(CountedNvme.stepped(""), (model, controller, pattern) -> {
            try (IoQueue queue = controller.queue(depth(depth).withMode(CompletionMode.POLLED));
                    DmaBuffer buffer = controller.device().dma().allocate((long) EXTENTS * LENGTH);
                    ReadBatch batch = ReadBatch.of(queue, controller.namespace(1), EXTENTS)) {
                for (int round = 0; round < 3; round++) {
                    buffer.memory().fill((byte) 0);
                    add(batch, buffer, extents);
                    model.forget();
                    assertThat(batch.read()).isZero();
                    assertThat(model.submissionBells).isEqualTo(submissions);
                    assertThat(model.completionBells).isEqualTo(completions);
                    for (int extent = 0; extent < extents; extent++) {
                        assertThat(batch.status(extent)).isZero();
                        assertRead(pattern, buffer.memory(), extent);
                    }
                    batch.check();
                    batch.clear();
                }
            }
        });
    }

    @ParameterizedTest
    @EnumSource(CompletionMode.class)
    void a_model_that_works_by_itself_is_told_as_rarely(CompletionMode mode) throws Exception {
        with(CountedNvme.onWorker("", ""), (model, controller, pattern) -> {
            try (IoQueue queue = controller.queue(depth(128).withMode(mode));
                    DmaBuffer buffer = controller.device().dma().allocate((long) EXTENTS * LENGTH);
                    ReadBatch batch = ReadBatch.of(queue, controller.namespace(1), EXTENTS)) {
                for (int round = 0; round < 20; round++) {
                    add(batch, buffer, EXTENTS);
                    model.forget();
                    assertThat(batch.read()).isZero();
                    assertThat(model.submissionBells).isLessThanOrEqualTo(EXTENTS / 64);
                    assertThat(model.submissionBells + model.completionBells).isLessThanOrEqualTo(EXTENTS / 32 + 1);
                    batch.clear();
                }
                add(batch, buffer, EXTENTS);
                buffer.memory().fill((byte) 0);
                batch.read();
                for (int extent = 0; extent < EXTENTS; extent++) {
                    assertRead(pattern, buffer.memory(), extent);
                }
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"", SMALL_QUEUES, SMALL_TRANSFERS, "&sgl=off", "&lba=4096", "&doorbells=mapped"})
    void extents_of_any_size_are_read_straight_and_through_staging_memory(String query) throws Exception {
        with(CountedNvme.onWorker(query, ""), (model, controller, pattern) -> {
            Namespace namespace = controller.namespace(1);
            int block = namespace.info().blockSize();
            Random random = new Random(7);
            MemorySegment expected = MemorySegment.ofArray(new byte[1 << 20]);
            namespace.read(0, expected);
            int largest = 40_000;
            int many = 60;
            try (IoQueue queue = controller.queue(QueueOptions.defaults());
                    Arena arena = Arena.ofConfined();
                    DmaBuffer buffer = controller.device().dma().allocate((long) many * 65_536);
                    ReadBatch batch = ReadBatch.of(queue, namespace, 3 * many, 64 << 10)) {
                MemorySegment nativeMemory = arena.allocate((long) many * largest);
                byte[] heap = new byte[many * largest];
                long[] starts = new long[3 * many];
                MemorySegment[] targets = new MemorySegment[3 * many];
                for (int round = 0; round < 3; round++) {
                    buffer.memory().fill((byte) 0);
                    nativeMemory.fill((byte) 0);
                    MemorySegment.ofArray(heap).fill((byte) 0);
                    for (int extent = 0; extent < many; extent++) {
                        long length = (1 + random.nextInt(largest / block)) * (long) block;
                        long start = random.nextInt((int) ((1 << 20) - length) / block) * (long) block;
                        long at = extent * 65_536L + 4L * random.nextInt(6000);
                        starts[batch.size()] = start;
                        targets[batch.size()] = buffer.memory().asSlice(at, length);
                        batch.add(start, buffer, at, length);
                        for (MemorySegment memory : new MemorySegment[] {nativeMemory, MemorySegment.ofArray(heap)}) {
                            int any = random.nextInt(1, largest);
                            long from = random.nextInt((1 << 20) - any);
                            starts[batch.size()] = from;
                            targets[batch.size()] = memory.asSlice((long) extent * largest, any);
                            batch.add(from, targets[batch.size()]);
                        }
                    }
                    assertThat(batch.read()).isZero();
                    for (int extent = 0; extent < 3 * many; extent++) {
                        MemorySegment wanted = expected.asSlice(starts[extent], targets[extent].byteSize());
                        assertThat(targets[extent].mismatch(wanted))
                                .as("extent %d of %s bytes", extent, targets[extent].byteSize())
                                .isEqualTo(-1);
                        assertThat(batch.succeeded(extent)).isTrue();
                    }
                    batch.clear();
                }
            }
        });
    }

    @Test
    void an_extent_that_fails_loses_no_other() throws Exception {
        with(CountedNvme.stepped("&refuse=io:id=2:most=5:status=0x281"), (model, controller, pattern) -> {
            try (IoQueue queue = controller.queue(depth(64).withMode(CompletionMode.POLLED));
                    DmaBuffer buffer = controller.device().dma().allocate((long) EXTENTS * LENGTH);
                    ReadBatch batch = ReadBatch.of(queue, controller.namespace(1), EXTENTS)) {
                add(batch, buffer, EXTENTS);
                assertThat(batch.read()).isEqualTo(5);
                int failed = 0;
                for (int extent = 0; extent < EXTENTS; extent++) {
                    if (batch.succeeded(extent)) {
                        assertRead(pattern, buffer.memory(), extent);
                    } else {
                        failed++;
                        assertThat(StatusCode.UNRECOVERED_READ_ERROR.matches(batch.status(extent)))
                                .isTrue();
                    }
                }
                assertThat(failed).isEqualTo(5);
                assertThatThrownBy(batch::check)
                        .isInstanceOfSatisfying(
                                CommandFailedException.class,
                                e -> assertThat(e.is(StatusCode.UNRECOVERED_READ_ERROR))
                                        .isTrue())
                        .hasMessageContaining("0x1000 bytes at 0x0 of namespace 1 of counted, queue");
                batch.clear();
                add(batch, buffer, EXTENTS);
                assertThat(batch.read()).isZero();
            }
        });
    }

    @Test
    void a_part_that_fails_ends_its_extent_and_may_pass_when_it_is_tried_again() throws Exception {
        String both = "&lie=identify-controller:byte=77:value=1&refuse=io:id=2:most=3:status=0x06";
        with(CountedNvme.stepped(both), (model, controller, pattern) -> {
            assertThat(controller.maxTransfer()).isEqualTo(8192);
            try (IoQueue queue = controller.queue(depth(8).withMode(CompletionMode.POLLED));
                    DmaBuffer buffer = controller.device().dma().allocate(64 << 10);
                    ReadBatch batch = ReadBatch.of(queue, controller.namespace(1), 4)) {
                batch.add(0, buffer, 0, 64 << 10);
                // What failed for a passing reason was tried again by the queue.
                assertThat(batch.read()).isZero();
                assertThat(pattern.mismatch(buffer.memory(), 0, 0, 128)).isEqualTo(-1);
            }
        });
    }

    @Test
    void what_makes_no_sense_is_refused_when_it_is_added() throws Exception {
        with(CountedNvme.onWorker("", ""), (model, controller, pattern) -> {
            Namespace namespace = controller.namespace(1);
            long size = namespace.info().size();
            try (IoQueue queue = controller.queue(QueueOptions.defaults());
                    DmaBuffer buffer = controller.device().dma().allocate(8192);
                    ReadBatch batch = ReadBatch.of(queue, namespace, 2)) {
                MemorySegment heap = MemorySegment.ofArray(new byte[BLOCK]);
                assertThatThrownBy(() -> batch.add(0, heap))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("without staging memory");
                assertThatThrownBy(() -> batch.add(1, buffer, 0, BLOCK))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("no whole blocks of 512 bytes");
                assertThatThrownBy(() -> batch.add(0, buffer, 0, 100)).isInstanceOf(IllegalArgumentException.class);
                assertThatThrownBy(() -> batch.add(0, buffer, 2, BLOCK))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("no multiple of 4");
                assertThatThrownBy(() -> batch.add(0, buffer, 0, 0)).isInstanceOf(IllegalArgumentException.class);
                assertThatThrownBy(() -> batch.add(0, buffer, 8000, BLOCK))
                        .isInstanceOf(IndexOutOfBoundsException.class);
                assertThatThrownBy(() -> batch.add(size, buffer, 0, BLOCK))
                        .isInstanceOf(IndexOutOfBoundsException.class);
                assertThatThrownBy(() -> batch.add(-BLOCK, buffer, 0, BLOCK))
                        .isInstanceOf(IndexOutOfBoundsException.class);
                assertThat(batch.size()).isZero();
                assertThat(batch.read()).isZero();
                assertThatThrownBy(batch::read).isInstanceOf(IllegalStateException.class);
                batch.clear();
                batch.add(size - BLOCK, buffer, 0, BLOCK);
                batch.add(0, buffer, 0, BLOCK);
                assertThatThrownBy(() -> batch.add(0, buffer, 0, BLOCK))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("full");
                assertThatThrownBy(() -> batch.status(0))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("was not read");
                Objects.requireNonNull(queue.take()).flush(namespace).post();
                assertThatThrownBy(batch::read)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("1 commands of others are under way");
                queue.drain(command -> {});
                assertThat(batch.read()).isZero();
                assertThatThrownBy(() -> batch.status(2)).isInstanceOf(IndexOutOfBoundsException.class);
                ReadBatch ended = ReadBatch.of(queue, namespace, 1);
                ended.close();
                assertThatThrownBy(ended::read).hasMessageContaining("closed");
            }
            assertThatThrownBy(() -> {
                        try (IoQueue queue = controller.queue(QueueOptions.defaults())) {
                            ReadBatch.of(queue, namespace, 2, 100).close();
                        }
                    })
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("no room for a block");
        });
    }

    @Test
    void a_target_that_is_closed_too_early_loses_no_other() throws Exception {
        with(CountedNvme.onWorker("", ""), (model, controller, pattern) -> {
            try (IoQueue queue = controller.queue(QueueOptions.defaults());
                    DmaBuffer buffer = controller.device().dma().allocate(LENGTH);
                    ReadBatch batch = ReadBatch.of(queue, controller.namespace(1), 3, LENGTH)) {
                try (Arena arena = Arena.ofConfined();
                        DmaBuffer other = controller.device().dma().allocate(LENGTH)) {
                    batch.add(0, arena.allocate(100));
                    batch.add(0, other, 0, LENGTH);
                }
                batch.add(offset(0), buffer, 0, LENGTH);
                assertThat(batch.read()).isEqualTo(2);
                assertThat(batch.succeeded(0)).isFalse();
                assertThatThrownBy(() -> batch.status(0)).isInstanceOf(IllegalStateException.class);
                assertThatThrownBy(() -> batch.status(1))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("is closed");
                assertRead(pattern, buffer.memory(), 0);
            }
        });
    }

    @Test
    void a_reset_in_the_middle_loses_nothing() throws Exception {
        with(CountedNvme.onWorker("", "delay:work:from=40:every=3:most=400:us=500"), (model, controller, pattern) -> {
            try (IoQueue queue = controller.queue(depth(32));
                    DmaBuffer buffer = controller.device().dma().allocate((long) EXTENTS * LENGTH);
                    ReadBatch batch = ReadBatch.of(queue, controller.namespace(1), EXTENTS)) {
                add(batch, buffer, EXTENTS);
                Thread resetting = Thread.ofPlatform().start(() -> {
                    for (int time = 0; time < 3; time++) {
                        controller.reset();
                    }
                });
                int failed = batch.read();
                resetting.join();
                assertThat(failed).isZero();
                for (int extent = 0; extent < EXTENTS; extent++) {
                    assertRead(pattern, buffer.memory(), extent);
                }
            }
        });
    }

    @Test
    void an_interrupt_does_not_end_a_batch_and_is_kept() throws Exception {
        with(CountedNvme.onWorker("", ""), (model, controller, pattern) -> {
            try (IoQueue queue = controller.queue(depth(32).withMode(CompletionMode.INTERRUPT));
                    DmaBuffer buffer = controller.device().dma().allocate((long) EXTENTS * LENGTH);
                    ReadBatch batch = ReadBatch.of(queue, controller.namespace(1), EXTENTS)) {
                add(batch, buffer, EXTENTS);
                Thread.currentThread().interrupt();
                assertThat(batch.read()).isZero();
                assertThat(Thread.interrupted()).isTrue();
                assertRead(pattern, buffer.memory(), EXTENTS - 1);
            }
        });
    }

    /** What ends a batch that no command of completes. */
    enum Ending {
        CONTROLLER_CLOSED,
        DEVICE_REMOVED
    }

    @ParameterizedTest
    @EnumSource(Ending.class)
    void a_batch_ends_when_controller_or_device_do(Ending ending) throws Exception {
        LeakCheck leaks = LeakCheck.start();
        CountedNvme model = CountedNvme.onWorker("", "");
        try (PciDevice device = model.pci()) {
            NvmeController controller = NvmeController.open(device, CountedNvme.OPTIONS);
            IoQueue queue = controller.queue(depth(16));
            DmaBuffer buffer = device.dma().allocate((long) EXTENTS * LENGTH);
            ReadBatch batch = ReadBatch.of(queue, controller.namespace(1), EXTENTS, LENGTH);
            Throwable[] end = new Throwable[1];
            CountDownLatch started = new CountDownLatch(1);
            Thread reading = Thread.ofVirtual()
                    .start(() -> end[0] = catchThrowable(() -> {
                        while (true) {
                            add(batch, buffer, EXTENTS);
                            batch.read();
                            batch.clear();
                            started.countDown();
                        }
                    }));
            assertThat(started.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(reading.isAlive()).isTrue();
            if (ending == Ending.CONTROLLER_CLOSED) {
                controller.close();
            } else {
                model.remove();
            }
            assertThat(reading.join(Duration.ofSeconds(30))).isTrue();
            if (ending == Ending.CONTROLLER_CLOSED) {
                assertThat(end[0]).isInstanceOf(IllegalStateException.class).hasMessageContaining("closed");
            } else {
                assertThat(end[0]).isInstanceOf(DeviceGoneException.class);
            }
            assertThatThrownBy(batch::read).isInstanceOf(IllegalStateException.class);
            batch.close();
            buffer.close();
            Throwable closing = catchThrowable(queue::close); // the device may be gone
            assertThat(closing == null || closing instanceof DeviceGoneException)
                    .as("%s", closing)
                    .isTrue();
            controller.close();
        }
        leaks.assertNothingLeaked();
    }
}
