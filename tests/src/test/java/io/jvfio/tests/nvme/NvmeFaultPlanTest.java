// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.DeviceLocator;
import io.jvfio.Vfio;
import io.jvfio.device.DeviceGoneException;
import io.jvfio.device.OpenOptions;
import io.jvfio.driver.nvme.BlockPattern;
import io.jvfio.driver.nvme.CompletionMode;
import io.jvfio.driver.nvme.IoQueue;
import io.jvfio.driver.nvme.NvmeController;
import io.jvfio.driver.nvme.NvmeException;
import io.jvfio.driver.nvme.NvmeOptions;
import io.jvfio.driver.nvme.QueueOptions;
import io.jvfio.iommu.DmaBuffer;
import io.jvfio.pci.PciDevice;
import io.jvfio.testkit.LeakCheck;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The driver on a model that goes wrong by plan, at each stage: while the controller starts, while queues are made, while
 * blocks are written and read. Each fault ends in a success or in one clear error, after which a reset makes the controller
 * whole; what was written is then read again.
 */
@Timeout(60)
final class NvmeFaultPlanTest {
    private static final int ATTEMPTS = 4;
    private static final int DEPTH = 8;
    private static final int COMMANDS = 48;
    private static final int BLOCKS = 8;
    private static final NvmeOptions OPTIONS =
            NvmeOptions.defaults().withCommandTimeout(Duration.ofMillis(300)).withAdminTimeout(Duration.ofMillis(700));

    private LeakCheck leaks;

    @BeforeEach
    void start() {
        leaks = LeakCheck.start();
    }

    /** A device that asks to be let go is closed by a thread of its own, which may be at it still. */
    @AfterEach
    void endWithNothingLeftBehind() throws InterruptedException {
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("jvfio-removal")) {
                assertThat(thread.join(Duration.ofSeconds(20))).isTrue();
            }
        }
        leaks.assertNothingLeaked();
    }

    /** What became of a plan. */
    private record Outcome(int errors, boolean succeeded) {}

    private static DeviceLocator model(String faults) {
        return DeviceLocator.parse("model:nvme?size=1MiB&queues=2&faults=" + faults);
    }

    private static Outcome run(String faults, CompletionMode mode) {
        int errors = 0;
        try (Vfio context = Vfio.create();
                PciDevice device = context.openPci(model(faults), OpenOptions.defaults())) {
            for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
                try (NvmeController controller = NvmeController.open(device, OPTIONS)) {
                    writeAndVerify(controller, mode, attempt);
                    return new Outcome(errors, true);
                } catch (NvmeException e) {
                    assertThat(e).message().isNotBlank();
                    errors++;
                }
                device.reset();
            }
        }
        return new Outcome(errors, false);
    }

    private static void writeAndVerify(NvmeController controller, CompletionMode mode, int generation) {
        BlockPattern pattern = new BlockPattern(512, generation);
        try (DmaBuffer buffer = controller.device().dma().allocate(DEPTH * BLOCKS * 512L);
                IoQueue queue = controller.queue(
                        QueueOptions.defaults().withDepth(DEPTH).withMode(mode))) {
            BlockRun run = new BlockRun(controller.namespaces().getFirst(), queue, buffer, BLOCKS);
            run.write(pattern, 0, COMMANDS, number -> number);
            run.verify(pattern, 0, COMMANDS, number -> number);
        }
    }

    @ParameterizedTest
    @CsvSource({
        // The controller starts: its registers are written, its structures read.
        "drop:write:at=0x14:nth=1",
        "drop:write:at=0x24:nth=1",
        "drop:write:at=0x28:nth=1",
        "drop:read:at=0x1c:nth=1",
        "corrupt:read:at=0x1c:nth=2;seed=3",
        "drop:dma-read:nth=1",
        "drop:dma-write:nth=1",
        "drop:dma-write:nth=2",
        // Queues are made.
        "drop:dma-read:nth=6",
        "drop:dma-write:nth=9",
        "drop:interrupt:nth=1",
        "drop:write:at=0x1000:nth=4",
        // Blocks are written and read.
        "drop:write:at=0x1008:nth=1",
        "drop:write:at=0x1008:nth=5",
        "drop:dma-read:nth=25",
        "drop:dma-read:from=30:every=7:most=5",
        "drop:dma-write:nth=40",
        "drop:dma-write:from=30:every=11:most=4",
        "drop:work:nth=2",
        "drop:work:nth=9",
        "drop:work:nth=16",
        "delay:work:from=5:every=4:most=8:us=3000",
        "delay:dma-read:from=20:every=5:most=8:us=3000",
        "delay:work:nth=12:us=500000",
        "ignore:reset:nth=1;drop:dma-read:nth=25",
    })
    void a_fault_ends_in_success_or_one_clear_error_after_which_all_is_well(String faults) {
        Outcome outcome = run(faults, CompletionMode.POLLED);
        assertThat(outcome.succeeded()).as("in the end").isTrue();
        assertThat(outcome.errors()).isLessThanOrEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "drop:interrupt:from=2:every=3:most=6",
                "delay:interrupt:from=2:every=3:most=6:us=5000",
                "spurious:write:from=5:every=4:most=20",
                "drop:interrupt:p=0.2;seed=7",
            })
    void interrupts_that_are_lost_late_or_for_nothing_lose_no_command(String faults) {
        Outcome outcome = run(faults, CompletionMode.INTERRUPT);
        assertThat(outcome.succeeded()).isTrue();
        assertThat(outcome.errors()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"stuck:work:nth=2", "stuck:work:nth=20", "stuck:read:at=0x1c:nth=3"})
    void a_controller_that_is_stuck_works_again_after_a_reset_of_the_function(String faults) {
        Outcome outcome = run(faults, CompletionMode.POLLED);
        assertThat(outcome.succeeded()).as("in the end").isTrue();
        assertThat(outcome.errors()).isLessThanOrEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "remove:work:nth=1",
                "remove:work:nth=10",
                "remove:dma-read:nth=30",
                "remove:write:at=0x1008:nth=3"
            })
    void a_device_that_is_pulled_out_is_gone(String faults) {
        assertThatThrownBy(() -> run(faults, CompletionMode.POLLED)).isInstanceOf(DeviceGoneException.class);
    }
}
