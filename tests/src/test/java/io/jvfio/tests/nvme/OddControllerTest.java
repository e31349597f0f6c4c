// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.DeviceLocator;
import io.jvfio.Vfio;
import io.jvfio.device.OpenOptions;
import io.jvfio.driver.nvme.BlockPattern;
import io.jvfio.driver.nvme.CommandFailedException;
import io.jvfio.driver.nvme.IoQueue;
import io.jvfio.driver.nvme.Namespace;
import io.jvfio.driver.nvme.NvmeController;
import io.jvfio.driver.nvme.NvmeEvent;
import io.jvfio.driver.nvme.NvmeException;
import io.jvfio.driver.nvme.NvmeOptions;
import io.jvfio.driver.nvme.QueueOptions;
import io.jvfio.driver.nvme.spec.AsyncEvent;
import io.jvfio.driver.nvme.spec.FeatureId;
import io.jvfio.driver.nvme.spec.LogPage;
import io.jvfio.pci.PciDevice;
import io.jvfio.testkit.LeakCheck;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A controller that refuses, delays and lies at each command, and what that costs: as the table of the guide says, whose rows
 * are the tests.
 */
@Timeout(60)
final class OddControllerTest {
    private static final Path GUIDE = Path.of("..", "docs", "nvme-guide.md");
    private static final Pattern ROW =
            Pattern.compile("\\| `((?:refuse|delay|lie)=[^`]+)` \\| .* \\| \\*\\*([^*]+)\\*\\*.*\\|");
    private static final int NAMESPACES = 3;
    private static final int BLOCKS = 64;
    private static final int BLOCK = 512;
    private static final int ROWS = 40;
    private static final int WARMER = 400;
    private static final NvmeOptions OPTIONS = NvmeOptions.defaults()
            .withCommandTimeout(Duration.ofMillis(300))
            .withAdminTimeout(Duration.ofMillis(700))
            .withReadyTimeout(Duration.ofSeconds(3));

    private final List<String> costs = new ArrayList<>();
    private final LinkedBlockingQueue<NvmeEvent> events = new LinkedBlockingQueue<>();
    private final LinkedBlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();

    static Stream<Arguments> rows() throws IOException {
        List<Arguments> rows = Files.readAllLines(GUIDE).stream()
                .map(ROW::matcher)
                .filter(Matcher::matches)
                .map(row -> Arguments.of(row.group(1), row.group(2)))
                .toList();
        assertThat(rows).hasSizeGreaterThan(ROWS);
        return rows.stream();
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("rows")
    void what_an_odd_controller_costs_is_what_the_guide_says(String oddity, String cost) {
        LeakCheck leaks = LeakCheck.start();
        String model = "model:nvme?size=1MiB&queues=2&namespaces=" + NAMESPACES + "&" + oddity;
        try (Vfio context = Vfio.create();
                PciDevice device = context.openPci(DeviceLocator.parse(model), OpenOptions.defaults())) {
            NvmeController opened;
            try {
                opened = NvmeController.open(device, OPTIONS);
            } catch (NvmeException e) {
                assertThat(e).message().contains("Identify");
                costs.add("the device");
                opened = null;
            }
            try (NvmeController controller = opened) {
                if (controller != null) {
                    use(controller);
                }
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        assertThat(costs.isEmpty() ? "nothing" : String.join(", ", costs)).isEqualTo(cost);
        leaks.assertNothingLeaked();
    }

    private void use(NvmeController controller) throws InterruptedException {
        assertThat(controller.namespaces()).hasSize(NAMESPACES);
        boolean io = true;
        for (Namespace namespace : controller.namespaces()) {
            io &= useNamespace(namespace);
        }
        if (!io) {
            costs.add("I/O");
        } else {
            useQueues(controller);
        }
        if (io && !controller.usesShadowDoorbells()) {
            costs.add("doorbells in memory");
        }
        useEvents(controller);
        try {
            assertThat(LogPage.TEMPERATURE.of(controller.smart())).isBetween(200, 400);
        } catch (CommandFailedException e) {
            assertThat(e).message().contains("Get Log Page");
            costs.add("health");
        }
    }

    /** Whether I/O works. */
    private boolean useNamespace(Namespace namespace) {
        if (!namespace.awaitReady().usable()) {
            assertThat(namespace.info().problem()).isNotBlank();
            costs.add("namespace " + namespace.id());
            return true;
        }
        BlockPattern pattern = new BlockPattern(BLOCK, namespace.id());
        MemorySegment data = MemorySegment.ofArray(new byte[BLOCKS * BLOCK]);
        pattern.fill(data, 0, 3, BLOCKS);
        try {
            for (int time = 0; time < 3; time++) {
                namespace.write(3, data);
                namespace.flush();
                data.fill((byte) 0);
                namespace.read(3, data);
                assertThat(pattern.mismatch(data, 0, 3, BLOCKS)).isEqualTo(-1);
            }
            namespace.writeZeroes(3, BLOCKS);
            namespace.read(3, data);
            assertThat(data.toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
            return true;
        } catch (CommandFailedException e) {
            return false;
        }
    }

    /** Two at a time, twice, so that queues are deleted as well. */
    private void useQueues(NvmeController controller) {
        if (controller.depthLimit() < 2) {
            costs.add("queue depth");
        }
        boolean both = true;
        for (int time = 0; time < 2; time++) {
            try (IoQueue first = controller.queue(QueueOptions.defaults());
                    IoQueue second = controller.queue(QueueOptions.defaults())) {
                assertThat(second.id()).isNotEqualTo(first.id());
                abort(controller, second);
            } catch (IllegalStateException | CommandFailedException e) {
                both = false;
            }
        }
        if (!both) {
            costs.add("queues");
        }
    }

    private static void abort(NvmeController controller, IoQueue queue) {
        try {
            assertThat(controller.abort(queue.id(), 7)).isFalse();
        } catch (CommandFailedException e) {
            assertThat(e).message().contains("Abort");
        }
    }

    private void useEvents(NvmeController controller) throws InterruptedException {
        controller.onEvent(events::add, failures::add);
        controller.setFeature(FeatureId.TEMPERATURE_THRESHOLD, 0, WARMER);
        controller.setFeature(FeatureId.TEMPERATURE_THRESHOLD, 0, 1);
        NvmeEvent event = events.poll(2, TimeUnit.SECONDS);
        while (event != null && event.type() != AsyncEvent.SMART) {
            event = events.poll(2, TimeUnit.SECONDS);
        }
        if (event == null) {
            costs.add("events");
            assertThat(failures).isNotEmpty();
        }
    }
}
