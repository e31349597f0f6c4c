// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.jvfio.device.DeviceGoneException;
import io.jvfio.driver.nvme.CommandFailedException;
import io.jvfio.driver.nvme.Namespace;
import io.jvfio.driver.nvme.NvmeController;
import io.jvfio.driver.nvme.QueueOptions;
import io.jvfio.pci.PciDevice;
import io.jvfio.testkit.LeakCheck;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.CompletionHandler;
import java.nio.channels.NonWritableChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A namespace as an asynchronous file. */
@Timeout(60)
final class AsyncChannelTest {
    private static final int BLOCK = CountedNvme.BLOCK;
    private static final int SIZE = 4 << 20;
    private static final String ODD = "&lie=cap:byte=0:value=3;cap:byte=1:value=0;identify-controller:byte=77:value=1";

    /** What is done with a controller. */
    private interface Work {
        void on(CountedNvme model, NvmeController controller) throws Exception;
    }

    private static void with(CountedNvme model, Work work) throws Exception {
        LeakCheck leaks = LeakCheck.start();
        try (PciDevice device = model.pci();
                NvmeController controller = NvmeController.open(device, CountedNvme.OPTIONS)) {
            work.on(model, controller);
        }
        leaks.assertNothingLeaked();
    }

    /** Tells a future. */
    private static final class Told implements CompletionHandler<Integer, String> {
        final CompletableFuture<Integer> result = new CompletableFuture<>();
        String attachment;

        @Override
        public void completed(Integer bytes, String attached) {
            attachment = attached;
            result.complete(bytes);
        }

        @Override
        public void failed(Throwable failure, String attached) {
            attachment = attached;
            result.completeExceptionally(failure);
        }
    }

    private static ByteBuffer buffer(boolean direct, int size) {
        return direct ? ByteBuffer.allocateDirect(size) : ByteBuffer.allocate(size);
    }

    private static Throwable failure(Future<?> future) {
        Throwable thrown = catchThrowable(() -> future.get(30, TimeUnit.SECONDS));
        assertThat(thrown).isInstanceOf(ExecutionException.class);
        return thrown.getCause();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ODD, "&lba=4096", "&doorbells=mapped"})
    void what_is_written_from_any_buffer_is_read_into_any(String query) throws Exception {
        with(CountedNvme.onWorker(query, ""), (model, controller) -> {
            Namespace namespace = controller.namespace(1);
            int block = namespace.info().blockSize();
            Random random = new Random(11);
            byte[] expected = new byte[SIZE];
            random.nextBytes(expected);
            try (AsynchronousFileChannel channel =
                    namespace.asynchronousChannel(true, QueueOptions.defaults(), 256 << 10, Runnable::run)) {
                assertThat(channel.size()).isEqualTo(SIZE);
                List<Future<Integer>> writes = new ArrayList<>();
                List<Integer> lengths = new ArrayList<>();
                int at = 0;
                for (int number = 0; at < SIZE; number++) {
                    int length = Math.min(SIZE - at, (1 + random.nextInt(15)) * block);
                    ByteBuffer source =
                            buffer(number % 2 == 0, length + 7).position(5).limit(5 + length);
                    source.duplicate().put(expected, at, length);
                    writes.add(channel.write(source.slice(), at));
                    lengths.add(length);
                    at += length;
                }
                for (int number = 0; number < writes.size(); number++) {
                    assertThat(writes.get(number).get(30, TimeUnit.SECONDS)).isEqualTo(lengths.get(number));
                }
                channel.force(false);
                List<Told> reads = new ArrayList<>();
                List<ByteBuffer> targets = new ArrayList<>();
                List<Integer> starts = new ArrayList<>();
                for (int number = 0; number < 300; number++) {
                    int start = random.nextInt(SIZE - 50_000);
                    ByteBuffer target = buffer(number % 2 == 0, 1 + random.nextInt(40_000));
                    Told told = new Told();
                    channel.read(target, start, "read " + number, told);
                    reads.add(told);
                    targets.add(target);
                    starts.add(start);
                }
                for (int number = 0; number < reads.size(); number++) {
                    ByteBuffer target = targets.get(number);
                    assertThat(reads.get(number).result.get(30, TimeUnit.SECONDS))
                            .isEqualTo(target.capacity());
                    assertThat(reads.get(number).attachment).isEqualTo("read " + number);
                    assertThat(target.hasRemaining()).isFalse();
                    assertThat(target.flip().mismatch(ByteBuffer.wrap(expected, starts.get(number), target.limit())))
                            .as("read %d", number)
                            .isEqualTo(-1);
                }
            }
            byte[] all = new byte[SIZE];
            namespace.read(0, MemorySegment.ofArray(all));
            assertThat(all).isEqualTo(expected);
        });
    }

    @Test
    void operations_that_come_together_go_with_one_doorbell() throws Exception {
        with(CountedNvme.onWorker("", ""), (model, controller) -> {
            int many = 512;
            try (AsynchronousFileChannel channel = controller
                    .namespace(1)
                    .asynchronousChannel(false, QueueOptions.defaults(), 2 << 20, Runnable::run)) {
                // The first one's handler holds the channel's thread until the others have come.
                CompletableFuture<Void> go = new CompletableFuture<>();
                channel.read(ByteBuffer.allocate(BLOCK), 0, null, new CompletionHandler<Integer, Object>() {
                    @Override
                    public void completed(Integer bytes, Object attached) {
                        go.join();
                        model.forget();
                    }

                    @Override
                    public void failed(Throwable failure, Object attached) {}
                });
                List<Future<Integer>> reads = new ArrayList<>();
                for (int number = 0; number < many; number++) {
                    reads.add(channel.read(ByteBuffer.allocate(BLOCK), (long) number * BLOCK));
                }
                go.complete(null);
                for (Future<Integer> each : reads) {
                    assertThat(each.get(30, TimeUnit.SECONDS)).isEqualTo(BLOCK);
                }
                assertThat(model.submissionBells).isBetween(1, many / 32);
            }
        });
    }

    @Test
    void ends_and_mistakes_are_those_of_a_file() throws Exception {
        with(CountedNvme.onWorker("", ""), (model, controller) -> {
            Namespace namespace = controller.namespace(1);
            AsynchronousFileChannel channel = namespace.asynchronousChannel(true);
            ByteBuffer two = ByteBuffer.allocate(2 * BLOCK);
            assertThat(channel.read(two, SIZE).get()).isEqualTo(-1);
            assertThat(channel.read(two, SIZE - BLOCK).get()).isEqualTo(BLOCK);
            assertThat(two.position()).isEqualTo(BLOCK);
            assertThat(channel.write(two.clear(), SIZE - BLOCK).get()).isEqualTo(BLOCK);
            assertThat(two.position()).isEqualTo(BLOCK);
            assertThat(failure(channel.write(two.clear(), SIZE)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("ends at byte");
            assertThat(channel.read(ByteBuffer.allocate(0), 0).get()).isZero();
            assertThat(channel.write(ByteBuffer.allocate(0), 0).get()).isZero();
            assertThatThrownBy(() -> channel.write(ByteBuffer.allocate(100), 0))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("no whole blocks of 512 bytes");
            assertThatThrownBy(() -> channel.write(two, 1)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> channel.read(two, -1)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> channel.read(two.asReadOnlyBuffer(), 0))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(channel::tryLock).isInstanceOf(UnsupportedOperationException.class);
            assertThat(channel.truncate(SIZE)).isSameAs(channel);
            assertThatThrownBy(() -> channel.truncate(0)).isInstanceOf(IOException.class);
            channel.close();
            channel.close();
            assertThat(channel.isOpen()).isFalse();
            assertThatThrownBy(channel::size).isInstanceOf(ClosedChannelException.class);
            assertThatThrownBy(() -> channel.force(true)).isInstanceOf(ClosedChannelException.class);
            assertThat(failure(channel.read(two.clear(), 0))).isInstanceOf(ClosedChannelException.class);
            try (AsynchronousFileChannel readable = namespace.asynchronousChannel(false)) {
                assertThatThrownBy(() -> readable.write(two, 0)).isInstanceOf(NonWritableChannelException.class);
            }
        });
    }

    @Test
    void a_command_that_fails_is_told_and_the_channel_works_on() throws Exception {
        with(CountedNvme.onWorker("&refuse=io:id=2:most=1:status=0x281", ""), (model, controller) -> {
            try (AsynchronousFileChannel channel = controller.namespace(1).asynchronousChannel(false)) {
                ByteBuffer target = ByteBuffer.allocate(BLOCK);
                assertThat(failure(channel.read(target, 0)))
                        .isInstanceOf(IOException.class)
                        .hasCauseInstanceOf(CommandFailedException.class)
                        .hasMessageContaining("unrecovered read error");
                assertThat(target.position()).isZero();
                assertThat(channel.read(target, 0).get()).isEqualTo(BLOCK);
            }
        });
    }

    @Test
    void a_handler_that_throws_ends_nothing() throws Exception {
        with(CountedNvme.onWorker("", ""), (model, controller) -> {
            Executor direct = Runnable::run;
            try (AsynchronousFileChannel channel =
                    controller.namespace(1).asynchronousChannel(false, QueueOptions.defaults(), 4096, direct)) {
                channel.read(ByteBuffer.allocate(BLOCK), 0, null, new CompletionHandler<Integer, Object>() {
                    @Override
                    public void completed(Integer bytes, Object attached) {
                        throw new IllegalStateException("a mistake of the user's");
                    }

                    @Override
                    public void failed(Throwable failure, Object attached) {
                        throw new IllegalStateException(failure);
                    }
                });
                assertThat(channel.read(ByteBuffer.allocate(BLOCK), 0).get()).isEqualTo(BLOCK);
            }
        });
    }

    /** What ends operations that are under way. */
    enum Ending {
        CHANNEL_CLOSED,
        CLOSED_BY_A_HANDLER,
        CONTROLLER_CLOSED,
        DEVICE_REMOVED
    }

    @ParameterizedTest
    @EnumSource(Ending.class)
    void each_operation_ends_once_when_the_channel_or_what_is_below_ends(Ending ending) throws Exception {
        LeakCheck leaks = LeakCheck.start();
        CountedNvme model = CountedNvme.onWorker("", "delay:work:from=30:every=1:most=500:us=2000");
        try (PciDevice device = model.pci()) {
            NvmeController controller = NvmeController.open(device, CountedNvme.OPTIONS);
            AsynchronousFileChannel channel = controller
                    .namespace(1)
                    .asynchronousChannel(true, QueueOptions.defaults().withDepth(8), 64 << 10, Runnable::run);
            List<Future<Integer>> all = new ArrayList<>();
            if (ending == Ending.CLOSED_BY_A_HANDLER) {
                channel.read(ByteBuffer.allocate(BLOCK), 0, null, new CompletionHandler<Integer, Object>() {
                    @Override
                    public void completed(Integer bytes, Object attached) {
                        assertThat(catchThrowable(channel::close)).isNull();
                    }

                    @Override
                    public void failed(Throwable failure, Object attached) {}
                });
            }
            for (int number = 0; number < 400; number++) {
                ByteBuffer buffer = ByteBuffer.allocateDirect(16 * BLOCK);
                all.add(number % 2 == 0 ? channel.read(buffer, 0) : channel.write(buffer, 0));
            }
            switch (ending) {
                case CHANNEL_CLOSED -> channel.close();
                case CLOSED_BY_A_HANDLER -> {}
                case CONTROLLER_CLOSED -> controller.close();
                case DEVICE_REMOVED -> model.remove();
            }
            int failed = 0;
            for (Future<Integer> each : all) {
                try {
                    assertThat(each.get(30, TimeUnit.SECONDS)).isEqualTo(16 * BLOCK);
                } catch (ExecutionException e) {
                    failed++;
                    Throwable reason = e.getCause();
                    assertThat(reason).isInstanceOf(IOException.class);
                    switch (ending) {
                        case CHANNEL_CLOSED -> assertThat(reason).isInstanceOf(AsynchronousCloseException.class);
                        case CLOSED_BY_A_HANDLER -> assertThat(reason).isInstanceOf(ClosedChannelException.class);
                        case CONTROLLER_CLOSED -> assertThat(reason).hasMessageContaining("closed");
                        case DEVICE_REMOVED -> assertThat(reason).hasCauseInstanceOf(DeviceGoneException.class);
                    }
                }
            }
            assertThat(failed).isPositive();
            Throwable closing = catchThrowable(channel::close); // the device may be gone
            assertThat(closing == null || closing instanceof IOException)
                    .as("%s", closing)
                    .isTrue();
            assertThat(channel.isOpen()).isFalse();
            assertThat(failure(channel.read(ByteBuffer.allocate(1), 0))).isInstanceOf(ClosedChannelException.class);
            controller.close();
        }
        leaks.assertNothingLeaked();
    }

    @Test
    void many_threads_use_a_channel_at_once() throws Exception {
        with(CountedNvme.onWorker("", ""), (model, controller) -> {
            try (AsynchronousFileChannel channel = controller.namespace(1).asynchronousChannel(true);
                    var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Future<?>> tasks = new ArrayList<>();
                for (int number = 0; number < 50; number++) {
                    byte tag = (byte) (number + 1);
                    long position = (long) number * BLOCK;
                    tasks.add(threads.submit(() -> {
                        for (int round = 0; round < 20; round++) {
                            ByteBuffer block = ByteBuffer.allocate(BLOCK);
                            block.put(round, tag).put(BLOCK - 1, tag);
                            assertThat(channel.write(block, position).get()).isEqualTo(BLOCK);
                            ByteBuffer back = ByteBuffer.allocate(BLOCK);
                            assertThat(channel.read(back, position).get()).isEqualTo(BLOCK);
                            assertThat(back.flip()).isEqualTo(block.flip());
                        }
                        return null;
                    }));
                }
                for (Future<?> each : tasks) {
                    each.get(30, TimeUnit.SECONDS);
                }
            }
        });
    }
}
