// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.DeviceLocator;
import io.jvfio.Vfio;
import io.jvfio.device.OpenOptions;
import io.jvfio.driver.nvme.BlockPattern;
import io.jvfio.driver.nvme.CommandFailedException;
import io.jvfio.driver.nvme.IoQueue;
import io.jvfio.driver.nvme.Namespace;
import io.jvfio.driver.nvme.NvmeController;
import io.jvfio.driver.nvme.NvmeEvent;
import io.jvfio.driver.nvme.NvmeOptions;
import io.jvfio.driver.nvme.QueueOptions;
import io.jvfio.driver.nvme.spec.AdminCommand;
import io.jvfio.driver.nvme.spec.AdminOpcode;
import io.jvfio.driver.nvme.spec.ControllerRegisters;
import io.jvfio.driver.nvme.spec.FeatureId;
import io.jvfio.driver.nvme.spec.LogPage;
import io.jvfio.driver.nvme.spec.StatusCode;
import io.jvfio.driver.nvme.spec.SubmissionEntry;
import io.jvfio.iommu.DmaMapping;
import io.jvfio.pci.PciDevice;
import io.jvfio.testkit.LeakCheck;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Users who want more than there is, or want it at once, or during a reset, on models that are small or slow. */
@Timeout(60)
final class NvmeHurryTest {
    private static final int BLOCK = 512;
    private static final int COLD = 1;
    private static final int WARM = 400;
    private static final NvmeOptions OPTIONS = NvmeOptions.defaults().withAdminTimeout(Duration.ofSeconds(20));

    /** What is done with a controller. */
    private interface Work {
        void on(NvmeController controller) throws Exception;
    }

    private static void with(String model, NvmeOptions options, Work work) throws Exception {
        LeakCheck leaks = LeakCheck.start();
        try (Vfio context = Vfio.create();
                PciDevice device =
                        context.openPci(DeviceLocator.parse("model:nvme?size=1MiB&" + model), OpenOptions.defaults());
                NvmeController controller = NvmeController.open(device, options)) {
            work.on(controller);
        }
        leaks.assertNothingLeaked();
    }

    private static void writeAndRead(Namespace namespace, int generation) {
        BlockPattern pattern = new BlockPattern(BLOCK, 1000 * namespace.id() + generation);
        MemorySegment data = MemorySegment.ofArray(new byte[8 * BLOCK]);
        pattern.fill(data, 0, 1, 8);
        namespace.write(1, data);
        namespace.flush();
        data.fill((byte) 0);
        namespace.read(1, data);
        assertThat(pattern.mismatch(data, 0, 1, 8)).isEqualTo(-1);
    }

    @Test
    void more_namespaces_than_queues_are_used_and_queues_of_ones_own_come_first() throws Exception {
        with("namespaces=6&queues=4", OPTIONS, controller -> {
            List<IoQueue> own = new ArrayList<>();
            for (int round = 0; round < 2; round++) {
                for (Namespace each : controller.namespaces()) {
                    writeAndRead(each, round);
                }
                while (own.size() < 3) {
                    own.add(controller.queue(QueueOptions.defaults()));
                }
            }
            own.add(controller.queue(QueueOptions.defaults()));
            MemorySegment block = MemorySegment.ofArray(new byte[BLOCK]);
            assertThatThrownBy(() -> controller.namespace(5).read(0, block))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("has 4 I/O queues, and all are in use");
            own.removeFirst().close();
            writeAndRead(controller.namespace(5), 2);
            own.forEach(IoQueue::close);
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void threads_wait_for_a_queue_where_there_are_fewer(int queues) throws Exception {
        with("namespaces=6&queues=" + queues, OPTIONS, controller -> {
            List<Callable<Void>> tasks = new ArrayList<>();
            for (Namespace each : controller.namespaces()) {
                tasks.add(() -> {
                    for (int time = 0; time < 30; time++) {
                        writeAndRead(each, time);
                    }
                    return null;
                });
            }
            try (ExecutorService pool = Executors.newFixedThreadPool(tasks.size())) {
                for (Future<Void> each : pool.invokeAll(tasks)) {
                    each.get();
                }
            }
        });
    }

    @Test
    void a_queue_is_no_deeper_than_its_identifiers_tell_apart() throws Exception {
        with(
                "lie=cap:byte=0:value=0xff;cap:byte=1:value=0xff",
                OPTIONS,
                controller -> assertThat(controller.depthLimit()).isEqualTo(4096));
    }

    @Test
    void commands_of_other_threads_wait_for_the_end_of_a_reset() throws Exception {
        with("delay=identify-controller:ms=30", OPTIONS, controller -> {
            AtomicBoolean done = new AtomicBoolean();
            Callable<Long> asking = () -> {
                long longest = 0;
                while (!done.get()) {
                    long start = System.nanoTime();
                    assertThat(FeatureId.CACHE_ENABLED.isSet(controller.feature(FeatureId.VOLATILE_WRITE_CACHE, 0)))
                            .isTrue();
                    longest = Math.max(longest, System.nanoTime() - start);
                }
                return longest;
            };
            try (ExecutorService pool = Executors.newFixedThreadPool(3)) {
                List<Future<Long>> others = List.of(pool.submit(asking), pool.submit(asking), pool.submit(asking));
                for (int time = 0; time < 20; time++) {
                    controller.reset();
                }
                done.set(true);
                for (Future<Long> each : others) {
                    assertThat(Duration.ofNanos(each.get())).isLessThan(Duration.ofSeconds(10));
                }
            }
            writeAndRead(controller.namespace(1), 1);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"0x04", "0x00"})
    void a_log_of_more_than_a_page_is_read_right_with_and_without_offsets(String attributes) throws Exception {
        with("lie=identify-controller:byte=261:value=" + attributes, OPTIONS, controller -> {
            int entries = 128;
            for (int time = 0; time < entries; time++) {
                assertThatThrownBy(() -> controller.feature(0x7f, 0)).isInstanceOf(CommandFailedException.class);
            }
            MemorySegment log = MemorySegment.ofArray(new byte[entries * LogPage.ERROR_SIZE]);
            controller.readLog(LogPage.ERRORS, SubmissionEntry.ALL_NAMESPACES, log);
            long newest = LogPage.ERROR_COUNT.of(log);
            for (int entry = 0; entry < entries; entry++) {
                assertThat(LogPage.ERROR_COUNT.of(log, (long) entry * LogPage.ERROR_SIZE))
                        .isEqualTo(newest - entry);
            }
        });
    }

    /** What the driver has put into the admin queue: dword 10 of commands that read the log of errors, by their offset. */
    private static Map<Integer, Integer> errorLogCommands(PciDevice device) {
        long address = device.bar(0).mmio().read64LowFirst(ControllerRegisters.ASQ.offset());
        DmaMapping mapping =
                Objects.requireNonNull(device.dma().addressSpace().mappings().find(address));
        MemorySegment queue = Objects.requireNonNull(mapping.source().local()).asSlice(address - mapping.iova());
        Map<Integer, Integer> found = new TreeMap<>();
        for (int entry = 0; entry < 32; entry++) {
            long base = (long) entry * SubmissionEntry.SIZE;
            int cdw10 = SubmissionEntry.CDW10.of(queue, base);
            if (SubmissionEntry.OPCODE.of(queue, base) == AdminOpcode.GET_LOG_PAGE
                    && AdminCommand.LOG_ID.of(cdw10) == LogPage.ERRORS) {
                found.put(SubmissionEntry.CDW12.of(queue, base), cdw10);
            }
        }
        return found;
    }

    @Test
    void a_log_in_parts_lets_its_event_go_with_the_last_one() throws Exception {
        with("queues=2", OPTIONS, controller -> {
            MemorySegment log = MemorySegment.ofArray(new byte[2 * 4096]);
            controller.readLog(LogPage.ERRORS, SubmissionEntry.ALL_NAMESPACES, log);
            Map<Integer, Integer> commands = errorLogCommands(controller.device());
            assertThat(commands).containsOnlyKeys(0, 4096);
            assertThat(AdminCommand.LOG_RETAIN.isSet(commands.get(0))).isTrue();
            assertThat(AdminCommand.LOG_RETAIN.isSet(commands.get(4096))).isFalse();
        });
    }

    @Test
    void a_log_that_cannot_be_had_at_once_is_an_error_and_not_read_wrongly() throws Exception {
        with("lie=identify-controller:byte=261:value=0", OPTIONS.withMaxTransfer(4096), controller -> {
            MemorySegment log = MemorySegment.ofArray(new byte[2 * 4096]);
            assertThatThrownBy(() -> controller.readLog(LogPage.ERRORS, SubmissionEntry.ALL_NAMESPACES, log))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("takes no offsets (LPA bit 2)");
        });
    }

    @Test
    void a_namespace_that_stays_unready_is_waited_for_as_long_as_the_user_says() throws Exception {
        with("refuse=io:status=0x82", OPTIONS.withReadyTimeout(Duration.ofMillis(600)), controller -> {
            long start = System.nanoTime();
            MemorySegment block = MemorySegment.ofArray(new byte[BLOCK]);
            assertThatThrownBy(() -> controller.namespace(1).read(0, block))
                    .isInstanceOfSatisfying(
                            CommandFailedException.class,
                            e -> assertThat(e.is(StatusCode.NAMESPACE_NOT_READY))
                                    .isTrue());
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(500));
        });
    }

    @Test
    void a_drive_that_needs_seconds_is_waited_for() throws Exception {
        with("refuse=io:status=0x82:ms=2500", OPTIONS, controller -> writeAndRead(controller.namespace(1), 1));
    }

    /** Makes the model's temperature a warning, once more. */
    private static void warm(NvmeController controller) {
        controller.setFeature(FeatureId.TEMPERATURE_THRESHOLD, 0, WARM);
        controller.setFeature(FeatureId.TEMPERATURE_THRESHOLD, 0, COLD);
    }

    @Test
    void events_go_on_after_a_reset() throws Exception {
        with("queues=2", OPTIONS, controller -> {
            LinkedBlockingQueue<NvmeEvent> events = new LinkedBlockingQueue<>();
            LinkedBlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
            controller.onEvent(events::add, failures::add);
            for (int time = 0; time < 3; time++) {
                warm(controller);
                assertThat(events.poll(20, TimeUnit.SECONDS))
                        .as("event %d", time)
                        .isNotNull();
                controller.reset();
            }
            assertThat(failures).isEmpty();
        });
    }

    @Test
    void events_go_on_after_a_listener_that_throws_and_each_failure_is_told() throws Exception {
        with("queues=2", OPTIONS, controller -> {
            LinkedBlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
            List<RuntimeException> thrown = List.of(new IllegalStateException("one"), new IllegalStateException("two"));
            int[] count = {0};
            controller.onEvent(
                    event -> {
                        throw thrown.get(count[0]++);
                    },
                    failures::add);
            for (RuntimeException each : thrown) {
                warm(controller);
                assertThat(failures.poll(20, TimeUnit.SECONDS)).isSameAs(each);
            }
        });
    }

    @Test
    void events_go_on_after_a_log_page_that_was_refused() throws Exception {
        with("refuse=log:id=2:most=2", OPTIONS, controller -> {
            LinkedBlockingQueue<NvmeEvent> events = new LinkedBlockingQueue<>();
            LinkedBlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
            controller.onEvent(events::add, failures::add);
            for (int time = 0; time < 3; time++) {
                warm(controller);
                assertThat(events.poll(20, TimeUnit.SECONDS))
                        .as("event %d", time)
                        .isNotNull();
            }
            assertThat(failures).singleElement().isInstanceOf(CommandFailedException.class);
        });
    }
}
