// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jvfio.VfioException;
import io.jvfio.driver.nvme.BlockPattern;
import io.jvfio.driver.nvme.CommandFailedException;
import io.jvfio.driver.nvme.CompletionMode;
import io.jvfio.driver.nvme.DataPointers;
import io.jvfio.driver.nvme.IoQueue;
import io.jvfio.driver.nvme.Namespace;
import io.jvfio.driver.nvme.NvmeCommand;
import io.jvfio.driver.nvme.NvmeController;
import io.jvfio.driver.nvme.NvmeEvent;
import io.jvfio.driver.nvme.NvmeOptions;
import io.jvfio.driver.nvme.QueueOptions;
import io.jvfio.driver.nvme.spec.AsyncEvent;
import io.jvfio.driver.nvme.spec.ControllerRegisters;
import io.jvfio.driver.nvme.spec.FeatureId;
import io.jvfio.driver.nvme.spec.LogPage;
import io.jvfio.driver.nvme.spec.StatusCode;
import io.jvfio.driver.nvme.spec.SubmissionEntry;
import io.jvfio.iommu.DmaBuffer;
import io.jvfio.iommu.ScatterList;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the NVMe driver does with a controller of version 1.4 that has one namespace, or more, of 16 MiB at least. It is the
 * same for every carrier: a subclass says how the device is opened.
 *
 * <p>Threads: one at a time.
 */
public abstract class NvmeDriverContract extends NvmeFixture {
    private static final int PAGE = 4096;
    private static final int DEPTH = 32;
    private static final int COMMAND_BYTES = 16 * 1024;
    private static final byte UNTOUCHED = 0x5a;
    private static final long SEED = 20_26;

    /** For subclasses. */
    protected NvmeDriverContract() {}

    @Test
    void the_controller_and_its_namespaces_are_identified() {
        assertThat(controller().info().model()).isNotBlank();
        assertThat(controller().info().serial()).isNotBlank();
        assertThat(controller().maxTransfer()).isGreaterThanOrEqualTo(PAGE);
        assertThat(controller().queueLimit()).isPositive();
        assertThat(controller().namespaces()).isNotEmpty().allSatisfy(namespace -> {
            assertThat(namespace.info().usable()).isTrue();
            assertThat(namespace.info().blockSize()).isIn(512, PAGE);
            assertThat(namespace.info().size()).isGreaterThanOrEqualTo(16 << 20);
        });
        assertThatThrownBy(() -> controller().namespace(0x7777)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void what_is_written_at_queue_depth_32_is_read_again() {
        writeAndVerify(controller(), CompletionMode.POLLED, testSize(), 1);
    }

    @ParameterizedTest
    @EnumSource(CompletionMode.class)
    void completions_are_waited_for(CompletionMode mode) {
        writeAndVerify(controller(), mode, 4 << 20, 2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void doorbells_work_in_memory_and_in_registers(boolean shadow) {
        NvmeController other = reopen(NvmeOptions.defaults().withShadowDoorbells(shadow));
        assertThat(other.usesShadowDoorbells()).isEqualTo(shadow && other.info().hasShadowDoorbells());
        writeAndVerify(other, CompletionMode.POLLED, 2 << 20, 2);
    }

    @Test
    void a_submission_queue_works_in_the_memory_of_the_controller() {
        QueueOptions options = QueueOptions.defaults().withDepth(DEPTH).withControllerMemory(true);
        if (!hasControllerMemory()) {
            assertThatThrownBy(() -> controller().queue(options))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("controller memory buffer");
            return;
        }
        BlockPattern pattern = new BlockPattern(blockSize(), 51);
        int blocks = COMMAND_BYTES / blockSize();
        DmaBuffer buffer = closing(device().dma().allocate(DEPTH * COMMAND_BYTES));
        for (int time = 0; time < 2; time++) {
            try (IoQueue queue = controller().queue(options)) {
                BlockRun run = new BlockRun(namespace(), queue, buffer, blocks);
                run.write(pattern, 0, 100, number -> number);
                run.verify(pattern, 0, 100, number -> number);
            }
            // Its address is told to the controller again after a reset.
            controller().reset();
            pattern = pattern.next();
        }
    }

    @Test
    void data_of_each_size_at_each_place_of_a_page_arrives_and_nothing_else_is_touched() {
        for (DataPointers pointers : DataPointers.values()) {
            if (pointers != DataPointers.SGL || controller().info().sgls() > 0) {
                NvmeController current = reopen(NvmeOptions.defaults().withDataPointers(pointers));
                Random random = new Random(SEED);
                try (IoQueue queue = current.queue(QueueOptions.defaults().withDepth(4))) {
                    for (int round = 0; round < 20; round++) {
                        int offset = random.nextInt(2 * PAGE / 4) * 4;
                        int most = current.maxTransfer() / blockSize();
                        int blocks = round == 0 ? most : 1 + random.nextInt(Math.min(most, 1 << round));
                        moveOne(current, queue, offset, blocks, round);
                    }
                }
            }
        }
    }

    @Test
    void scattered_memory_is_read_and_written_in_one_command() {
        DmaBuffer buffer = closing(device().dma().allocate(64 * PAGE));
        Namespace namespace = namespace();
        int blocks = 8 * PAGE / blockSize();
        BlockPattern pattern = new BlockPattern(blockSize(), 7);
        ScatterList pages = new ScatterList();
        MemorySegment whole = MemorySegment.ofArray(new byte[8 * PAGE]);
        pattern.fill(whole, 0, 40, blocks);
        for (int page = 0; page < 8; page++) {
            long at = (long) (61 - 7 * page) * PAGE;
            MemorySegment.copy(whole, (long) page * PAGE, buffer.memory(), at, PAGE);
            pages.add(buffer, at, PAGE);
        }
        try (IoQueue queue = controller().queue(QueueOptions.defaults())) {
            take(queue).write(namespace, 40, blocks).data(pages).post();
            queue.drain(NvmeCommand::check);
            buffer.memory().fill((byte) 0);
            take(queue).read(namespace, 40, blocks).data(pages).post();
            queue.drain(NvmeCommand::check);
        }
        for (int page = 0; page < 8; page++) {
            MemorySegment.copy(buffer.memory(), (long) (61 - 7 * page) * PAGE, whole, (long) page * PAGE, PAGE);
        }
        assertThat(pattern.mismatch(whole, 0, 40, blocks)).isEqualTo(-1);
        assertThat(namespaceHolds(40, blocks, pattern)).isTrue();
    }

    @Test
    void queues_of_several_threads_do_not_disturb_each_other() throws Exception {
        int threads = Math.min(3, controller().queueLimit());
        long commands = (1 << 20) / COMMAND_BYTES;
        int blocks = COMMAND_BYTES / blockSize();
        List<Callable<Void>> tasks = new ArrayList<>();
        for (int thread = 0; thread < threads; thread++) {
            long first = thread * commands * blocks;
            BlockPattern pattern = new BlockPattern(blockSize(), 100 + thread);
            tasks.add(() -> {
                try (IoQueue queue = controller().queue(QueueOptions.defaults().withDepth(8));
                        DmaBuffer buffer = device().dma().allocate(8 * COMMAND_BYTES)) {
                    BlockRun run = new BlockRun(namespace(), queue, buffer, blocks);
                    run.write(pattern, first, commands, number -> number);
                    run.verify(pattern, first, commands, number -> commands - 1 - number);
                }
                return null;
            });
        }
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            for (Future<Void> each : pool.invokeAll(tasks, PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                each.get();
            }
        }
    }

    @Test
    void a_full_queue_gives_no_command_until_one_is_complete() {
        DmaBuffer buffer = closing(device().dma().allocate(PAGE));
        try (IoQueue queue = controller().queue(QueueOptions.defaults().withDepth(2))) {
            NvmeCommand first = take(queue);
            take(queue).release();
            NvmeCommand second = take(queue);
            assertThat(queue.take()).isNull();
            first.read(namespace(), 0, 1).data(buffer, 0).post();
            second.read(namespace(), 1, 1).data(buffer, blockSize() % PAGE).post();
            assertThat(queue.take()).isNull();
            assertThat(queue.drain(NvmeCommand::check)).isEqualTo(2);
            assertThat(queue.busy()).isZero();
            assertThatThrownBy(first::post).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void blocks_that_are_not_there_are_refused() {
        Namespace namespace = namespace();
        long end = namespace.info().blocks();
        MemorySegment block = MemorySegment.ofArray(new byte[blockSize()]);
        assertThatThrownBy(() -> namespace.read(end, block)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> namespace.read(-1, block)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> namespace.write(0, MemorySegment.ofArray(new byte[blockSize() - 1])))
                .isInstanceOf(IllegalArgumentException.class);
        namespace.read(end - 1, block);
    }

    @Test
    void an_error_of_the_controller_is_told_with_its_status() {
        assertThatThrownBy(() -> controller()
                        .readLog(0x7f, SubmissionEntry.ALL_NAMESPACES, MemorySegment.ofArray(new byte[512])))
                .isInstanceOf(CommandFailedException.class)
                .hasMessageContaining("Get Log Page failed");
        assertThatThrownBy(() -> controller().feature(0x7f, 0))
                .isInstanceOfSatisfying(
                        CommandFailedException.class,
                        e -> assertThat(e.is(StatusCode.INVALID_FIELD)).isTrue());
        writeAndVerify(controller(), CompletionMode.POLLED, 1 << 20, 3);
    }

    @Test
    void what_is_to_be_aborted_and_is_not_there_is_not_aborted() {
        try (IoQueue queue = controller().queue(QueueOptions.defaults())) {
            assertThat(controller().abort(queue.id(), 0x1234)).isFalse();
        }
    }

    @Test
    void zeroes_are_written_and_blocks_deallocated() {
        Namespace namespace = namespace();
        int blocks = 64;
        BlockPattern pattern = new BlockPattern(blockSize(), 9);
        MemorySegment data = MemorySegment.ofArray(new byte[blocks * blockSize()]);
        pattern.fill(data, 0, 8, blocks);
        namespace.write(8, data);
        namespace.writeZeroes(16, 32);
        namespace.flush();
        assertThat(namespaceHolds(8, 8, pattern)).isTrue();
        assertThat(namespaceHolds(48, 24, pattern)).isTrue();
        MemorySegment middle = MemorySegment.ofArray(new byte[32 * blockSize()]);
        namespace.read(16, middle);
        assertThat(middle.toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);

        assumeTrue(controller().info().hasDatasetManagement());
        namespace.deallocate(48, 8);
        assertThat(namespaceHolds(8, 8, pattern)).isTrue();
        assertThat(namespaceHolds(56, 16, pattern)).isTrue();
    }

    @Test
    void blocks_are_compared() {
        assumeTrue(controller().info().hasCompare());
        DmaBuffer buffer = closing(device().dma().allocate(2 * PAGE));
        BlockPattern pattern = new BlockPattern(blockSize(), 11);
        pattern.fill(buffer.memory(), 0, 5, 1);
        namespace().write(5, buffer.memory().asSlice(0, blockSize()));
        try (IoQueue queue = controller().queue(QueueOptions.defaults())) {
            take(queue).compare(namespace(), 5, 1).data(buffer, 0).post();
            queue.drain(NvmeCommand::check);
            buffer.memory().set(ValueLayout.JAVA_BYTE, 100, (byte) 0);
            take(queue).compare(namespace(), 5, 1).data(buffer, 0).post();
            queue.drain(command -> {
                assertThat(StatusCode.COMPARE_FAILURE.matches(command.status())).isTrue();
                assertThat(command.attempts()).isEqualTo(1);
            });
        }
    }

    @Test
    void a_reset_in_the_middle_loses_no_command() {
        DmaBuffer buffer = closing(device().dma().allocate(DEPTH * COMMAND_BYTES));
        int blocks = COMMAND_BYTES / blockSize();
        BlockPattern pattern = new BlockPattern(blockSize(), 21);
        try (IoQueue queue = controller().queue(QueueOptions.defaults().withDepth(DEPTH))) {
            BlockRun run = new BlockRun(namespace(), queue, buffer, blocks).disturbedAfter(40, controller()::reset);
            run.write(pattern, 0, 128, number -> number);
            run.verify(pattern, 0, 128, number -> number);
        }
        assertThat(namespaceHolds(0, 16, pattern)).isTrue();
    }

    @Test
    void a_reset_of_the_function_is_overcome() {
        BlockPattern pattern = new BlockPattern(blockSize(), 22);
        MemorySegment data = MemorySegment.ofArray(new byte[16 * blockSize()]);
        pattern.fill(data, 0, 0, 16);
        namespace().write(0, data);
        assumeTrue(resetFunction());
        controller().reset();
        assertThat(namespaceHolds(0, 16, pattern)).isTrue();
        writeAndVerify(controller(), CompletionMode.INTERRUPT, 1 << 20, 23);
    }

    @Test
    void data_is_there_after_an_orderly_and_after_an_abrupt_end() {
        BlockPattern pattern = new BlockPattern(blockSize(), 31);
        MemorySegment data = MemorySegment.ofArray(new byte[16 * blockSize()]);
        pattern.fill(data, 0, 3, 16);
        namespace().write(3, data);
        namespace().flush();
        reopen(NvmeOptions.defaults());
        assertThat(namespaceHolds(3, 16, pattern)).isTrue();
        controller().closeAbruptly();
        reopen(NvmeOptions.defaults());
        assertThat(namespaceHolds(3, 16, pattern)).isTrue();
    }

    @Test
    void a_closed_controller_says_so() {
        IoQueue queue = controller().queue(QueueOptions.defaults());
        NvmeCommand command = take(queue);
        useUpController();
        controller().close();
        assertThatThrownBy(() -> command.flush(namespace()).post())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        assertThatThrownBy(() -> controller().feature(FeatureId.NUMBER_OF_QUEUES, 0))
                .isInstanceOf(IllegalStateException.class);
        queue.close();
        assertThatThrownBy(queue::take).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void a_channel_reads_and_writes_at_any_place() throws IOException {
        Random random = new Random(SEED);
        byte[] mirror = new byte[64 * 1024];
        try (SeekableByteChannel channel = namespace().channel(true)) {
            channel.write(ByteBuffer.wrap(mirror));
            for (int round = 0; round < 30; round++) {
                byte[] part = new byte[1 + random.nextInt(5000)];
                random.nextBytes(part);
                int at = random.nextInt(mirror.length - part.length);
                System.arraycopy(part, 0, mirror, at, part.length);
                assertThat(channel.position(at).write(ByteBuffer.wrap(part))).isEqualTo(part.length);
            }
            ByteBuffer all = ByteBuffer.allocateDirect(mirror.length);
            channel.position(0);
            while (all.hasRemaining()) {
                assertThat(channel.read(all)).isPositive();
            }
            byte[] found = new byte[mirror.length];
            all.flip().get(found);
            assertThat(found).isEqualTo(mirror);
            channel.position(channel.size());
            assertThat(channel.read(ByteBuffer.allocate(1))).isEqualTo(-1);
            assertThatThrownBy(() -> channel.write(ByteBuffer.allocate(1))).isInstanceOf(IOException.class);
        }
    }

    @Test
    void features_and_logs_are_read() {
        int queues = controller().feature(FeatureId.NUMBER_OF_QUEUES, 0);
        assertThat(FeatureId.QUEUES_SUBMISSION.of(queues))
                .isGreaterThanOrEqualTo(controller().queueLimit() - 1);
        MemorySegment smart = controller().smart();
        assertThat(LogPage.TEMPERATURE.of(smart)).isBetween(200, 400);
        long before = LogPage.WRITE_COMMANDS.of(smart);
        writeAndVerify(controller(), CompletionMode.POLLED, 1 << 20, 4);
        assertThat(LogPage.WRITE_COMMANDS.of(controller().smart())).isGreaterThan(before);
    }

    @Test
    void events_are_told_also_after_a_reset() throws InterruptedException {
        LinkedBlockingQueue<NvmeEvent> events = new LinkedBlockingQueue<>();
        LinkedBlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
        useUpController();
        controller().onEvent(events::add, failures::add);
        int temperature = LogPage.TEMPERATURE.of(controller().smart());
        for (int time = 0; time < 2; time++) {
            int threshold = controller().feature(FeatureId.TEMPERATURE_THRESHOLD, 0);
            controller().setFeature(FeatureId.TEMPERATURE_THRESHOLD, 0, temperature - 10);
            NvmeEvent event = events.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            controller().setFeature(FeatureId.TEMPERATURE_THRESHOLD, 0, threshold);
            assertThat(event).isNotNull();
            assertThat(event.type()).isEqualTo(AsyncEvent.SMART);
            assertThat(event.information()).isEqualTo(AsyncEvent.TEMPERATURE);
            controller().reset();
            events.clear();
        }
        assertThat(failures).isEmpty();
    }

    @Test
    void a_format_leaves_nothing() {
        assumeTrue(controller().info().hasFormat());
        BlockPattern pattern = new BlockPattern(blockSize(), 41);
        MemorySegment data = MemorySegment.ofArray(new byte[16 * blockSize()]);
        pattern.fill(data, 0, 0, 16);
        namespace().write(0, data);
        controller().format(namespace(), namespace().info().format(), 1);
        namespace().read(0, data);
        assertThat(pattern.mismatch(data, 0, 0, 1)).isZero();
        writeAndVerify(controller(), CompletionMode.ADAPTIVE, 1 << 20, 42);
    }

    /** Writes a part of the namespace in an order of its own, then reads it in order. */
    protected final void writeAndVerify(NvmeController current, CompletionMode mode, long size, int generation) {
        Namespace namespace = current.namespaces().getFirst();
        int blockSize = namespace.info().blockSize();
        int blocks = COMMAND_BYTES / blockSize;
        long commands = Math.min(size, namespace.info().size()) / COMMAND_BYTES;
        BlockPattern pattern = new BlockPattern(blockSize, generation);
        try (DmaBuffer buffer = device().dma().allocate(DEPTH * COMMAND_BYTES);
                IoQueue queue =
                        current.queue(QueueOptions.defaults().withDepth(DEPTH).withMode(mode))) {
            assertThat(queue.depth()).isEqualTo(DEPTH);
            BlockRun run = new BlockRun(namespace, queue, buffer, blocks);
            assertThat(queue.mode()).isEqualTo(mode);
            device().guard(() -> {
                // 7919 is prime: every command's place comes once.
                run.write(pattern, 0, commands, number -> number * 7919 % commands);
                run.verify(pattern, 0, commands, number -> number);
            });
        }
    }

    private void moveOne(NvmeController current, IoQueue queue, int offset, int blocks, int generation) {
        int size = blocks * blockSize();
        BlockPattern pattern = new BlockPattern(blockSize(), generation);
        Namespace namespace = current.namespaces().getFirst();
        try (DmaBuffer buffer = device().dma().allocate(size + 4L * PAGE)) {
            MemorySegment memory = buffer.memory();
            pattern.fill(memory, offset, 100, blocks);
            take(queue).write(namespace, 100, blocks).data(buffer, offset).post();
            queue.drain(NvmeCommand::check);
            memory.fill(UNTOUCHED);
            take(queue).read(namespace, 100, blocks).data(buffer, offset).post();
            queue.drain(NvmeCommand::check);
            assertThat(pattern.mismatch(memory, offset, 100, blocks)).isEqualTo(-1);
            assertUntouched(memory.asSlice(0, offset));
            assertUntouched(memory.asSlice((long) offset + size));
        }
    }

    private static void assertUntouched(MemorySegment memory) {
        MemorySegment expected =
                MemorySegment.ofArray(new byte[(int) memory.byteSize()]).fill(UNTOUCHED);
        assertThat(memory.mismatch(expected))
                .as("the first byte that was touched")
                .isEqualTo(-1);
    }

    private boolean namespaceHolds(long lba, int blocks, BlockPattern pattern) {
        MemorySegment data = MemorySegment.ofArray(new byte[blocks * blockSize()]);
        namespace().read(lba, data);
        return pattern.mismatch(data, 0, lba, blocks) < 0;
    }

    private boolean hasControllerMemory() {
        return device().guard(() -> device().bar(0).mmio().read(ControllerRegisters.CAP, ControllerRegisters.CAP_CMBS))
                != 0;
    }

    private boolean resetFunction() {
        try {
            device().reset();
            return true;
        } catch (VfioException e) {
            return false;
        }
    }

    private Namespace namespace() {
        return controller().namespaces().getFirst();
    }

    private int blockSize() {
        return namespace().info().blockSize();
    }

    private static NvmeCommand take(IoQueue queue) {
        NvmeCommand command = queue.take();
        assertThat(command).as("a free command").isNotNull();
        return command;
    }
}
