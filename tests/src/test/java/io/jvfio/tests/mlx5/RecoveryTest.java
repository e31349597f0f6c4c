// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.mlx5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import io.jvfio.pci.PciDevice;
import io.jvfio.vendor.mlx.BringUpOptions;
import io.jvfio.vendor.mlx.CommandFailedException;
import io.jvfio.vendor.mlx.Hca;
import io.jvfio.vendor.mlx.Mlx5;
import io.jvfio.vendor.mlx.MlxAccess;
import io.jvfio.vendor.mlx.MlxException;
import io.jvfio.vendor.mlx.MlxHealth.Sensor;
import io.jvfio.vendor.mlx.NopQueue;
import io.jvfio.vendor.mlx.spec.InitSegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A firmware that stops, fails or does not let go: it is told as what it is, and the next driver has a function. */
@Timeout(120)
class RecoveryTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final BringUpOptions OPTIONS = BringUpOptions.defaults().withLimits(PATIENCE, PATIENCE);
    private static final BringUpOptions FAST = OPTIONS.withFastTeardown(true);
    private static final int PAGES = 216;

    @TempDir
    private Path folder;

    private Rig rig;

    @BeforeEach
    void start() {
        rig = new Rig(folder);
    }

    @AfterEach
    void nothing_is_left_behind() throws Exception {
        rig.close();
    }

    private static void worksAgain(PciDevice device) {
        try (Hca hca = Hca.bringUp(MlxAccess.of(device), OPTIONS);
                NopQueue queue = hca.createNopQueue(2)) {
            queue.arm();
            queue.post();
            assertThat(queue.await(PATIENCE)).isPresent();
            assertThat(hca.pages()).isEqualTo(PAGES);
            assertThat(hca.health().sensor()).isEqualTo(Sensor.NONE);
        }
    }

    /** Until it fails, which a function does a moment after its command. */
    private static void process(Hca hca) {
        long start = System.nanoTime();
        while (System.nanoTime() - start < PATIENCE.toNanos()) {
            hca.process(Duration.ofMillis(20));
        }
    }

    @Test
    void a_health_counter_that_stands_still_for_three_looks_is_a_failure() {
        PciDevice device = rig.plain("timeouts=health_poll:100&inject=stuck:NOP");
        long start = System.nanoTime();
        try (Hca hca = Hca.bringUp(MlxAccess.of(device), OPTIONS)) {
            assertThatThrownBy(() -> process(hca))
                    .isInstanceOf(MlxException.class)
                    .hasMessageContaining("the health counter stands still");
            assertThat(hca.health().sensor()).isEqualTo(Sensor.COUNTER);
        }
        assertThat(System.nanoTime() - start)
                .isGreaterThan(Duration.ofMillis(300).toNanos());
    }

    @Test
    void a_command_is_not_waited_for_when_the_firmware_has_stopped() {
        PciDevice device = rig.plain("timeouts=health_poll:100&inject=stuck:NOP;never:ALLOC_PD");
        long start = System.nanoTime();
        try (Hca hca = Hca.bringUp(MlxAccess.of(device), OPTIONS)) {
            assertThatThrownBy(() -> hca.createNopQueue(1))
                    .isInstanceOf(MlxException.class)
                    .hasMessageContaining("ALLOC_PD")
                    .hasMessageContaining("the health counter stands still");
        }
        assertThat(System.nanoTime() - start).isLessThan(PATIENCE.toNanos());
        worksAgain(device);
    }

    @Test
    void a_counter_that_goes_on_is_none() {
        try (Hca hca = Hca.bringUp(MlxAccess.of(rig.plain("timeouts=health_poll:120")), OPTIONS)) {
            long start = System.nanoTime();
            while (System.nanoTime() - start < Duration.ofMillis(700).toNanos()) {
                assertThat(hca.process(Duration.ofMillis(10))).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"on", "off"})
    void a_firmware_that_asks_for_it_is_started_again_where_it_can_be(String supported) {
        PciDevice device = rig.plain("sw_reset=" + supported + "&inject=fatal:NOP:1");
        Hca hca = Hca.bringUp(MlxAccess.of(device), OPTIONS);
        assertThatThrownBy(() -> process(hca))
                .isInstanceOfSatisfying(
                        MlxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EIO))
                .hasMessageContaining("the firmware asks for a reset, firmware internal error");
        assertThatThrownBy(hca::close).hasMessageContaining("the firmware asks for a reset");
        try (Hca next = Hca.bringUp(MlxAccess.of(device), OPTIONS)) {
            assertThat(Rig.count(next, Rig.Count.SOFTWARE_RESETS)).isEqualTo(supported.equals("on") ? 1 : 0);
            assertThat(next.health().sensor()).isEqualTo(Sensor.NONE);
        }
    }

    @Test
    void a_function_that_fails_otherwise_is_reset_and_its_firmware_is_not() {
        PciDevice device = rig.plain("inject=never:DESTROY_EQ");
        BringUpOptions hasty = OPTIONS.withLimits(PATIENCE, Duration.ofMillis(200));
        assertThatThrownBy(() -> Hca.bringUp(MlxAccess.of(device), hasty).close())
                .hasMessageContaining("DESTROY_EQ");
        try (Hca next = Hca.bringUp(MlxAccess.of(device), OPTIONS)) {
            assertThat(Rig.count(next, Rig.Count.SOFTWARE_RESETS)).isZero();
        }
    }

    @Test
    void a_fast_teardown_leaves_the_function_disabled_without_a_reset() {
        List<String> resets = new ArrayList<>();
        PciDevice device = rig.plain("");
        MlxAccess all = MlxAccess.of(device);
        MlxAccess access = new MlxAccess(
                all.name(), all.registers(), all.dma(), all.interrupts(), all.config(), () -> resets.add("reset"));
        Hca hca = Hca.bringUp(access, FAST);
        NopQueue queue = hca.createNopQueue(2);
        queue.arm();
        queue.post();
        assertThat(queue.await(PATIENCE)).isPresent();
        hca.close();
        assertThat(mode(device)).isEqualTo(InitSegment.NIC_DISABLED);
        assertThat(resets).isEmpty();
        worksAgain(device);
        assertThat(resets).isEmpty();
    }

    private static int mode(PciDevice device) {
        return InitSegment.NIC_INTERFACE.of(device.bar(0).mmio().read(InitSegment.QUEUE_LOW));
    }

    @ParameterizedTest
    @ValueSource(strings = {"state:TEARDOWN_HCA", "status:TEARDOWN_HCA:0x01"})
    void a_function_that_does_not_stop_fast_is_taken_down_step_by_step(String trouble) {
        PciDevice device = rig.plain("inject=" + trouble);
        Hca.bringUp(MlxAccess.of(device), FAST).close();
        assertThat(mode(device)).isEqualTo(InitSegment.NIC_FULL);
        try (Hca next = Hca.bringUp(MlxAccess.of(device), OPTIONS)) {
            assertThat(Rig.count(next, Rig.Count.PAGES)).isEqualTo(PAGES);
            assertThat(Rig.count(next, Rig.Count.DAMAGED_PAGES)).isZero();
        }
    }

    @Test
    void a_function_that_says_that_it_stops_fast_and_does_not_is_taken_down_in_the_time_that_it_tells() {
        PciDevice device = rig.plain("timeouts=tear_down:150&inject=still:NOP");
        Hca hca = Hca.bringUp(MlxAccess.of(device), FAST);
        long start = System.nanoTime();
        hca.close();
        assertThat(System.nanoTime() - start)
                .isBetween(
                        Duration.ofMillis(150).toNanos(),
                        Duration.ofMillis(2900).toNanos());
        assertThat(mode(device)).isEqualTo(InitSegment.NIC_FULL);
        worksAgain(device);
    }

    @Test
    void old_firmware_is_not_asked_for_it() {
        PciDevice device = rig.plain("firmware=old");
        Hca.bringUp(MlxAccess.of(device), FAST).close();
        assertThat(mode(device)).isEqualTo(InitSegment.NIC_FULL);
    }

    @ParameterizedTest
    @ValueSource(strings = {"state:TEARDOWN_HCA", "status:TEARDOWN_HCA:0x01"})
    void a_function_that_does_not_stop_in_order_is_forced(String trouble) {
        PciDevice device = rig.plain("inject=" + trouble);
        Hca.bringUp(MlxAccess.of(device), OPTIONS).close();
        worksAgain(device);
    }

    @Test
    void where_it_cannot_be_forced_the_failure_is_told_and_the_function_reset() {
        PciDevice device = rig.plain("firmware=old&inject=state:TEARDOWN_HCA");
        assertThatThrownBy(() -> Hca.bringUp(MlxAccess.of(device), OPTIONS).close())
                .isInstanceOf(MlxException.class)
                .hasMessageContaining("TEARDOWN_HCA")
                .hasMessageContaining("could not stop by profile 0");
        worksAgain(device);
        PciDevice twice = rig.plain("inject=status:TEARDOWN_HCA:0x01@*");
        assertThatThrownBy(() -> Hca.bringUp(MlxAccess.of(twice), OPTIONS).close())
                .isInstanceOf(CommandFailedException.class)
                .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
    }

    @Test
    void pages_that_come_slowly_are_waited_for_and_no_longer_than_the_function_says() {
        PciDevice slow = rig.plain("inject=empty:MANAGE_PAGES@3;empty:MANAGE_PAGES@4");
        Hca.bringUp(MlxAccess.of(slow), OPTIONS).close();
        PciDevice never = rig.plain("timeouts=reclaim_pages:100&inject=" + many("empty:MANAGE_PAGES", 3, 3000));
        long start = System.nanoTime();
        assertThatThrownBy(() -> Hca.bringUp(MlxAccess.of(never), OPTIONS).close())
                .isInstanceOf(MlxException.class)
                .hasMessageContaining("keeps " + PAGES + " pages");
        assertThat(System.nanoTime() - start).isLessThan(Duration.ofSeconds(5).toNanos());
    }

    private static String many(String trouble, int first, int last) {
        StringBuilder text = new StringBuilder();
        for (int i = first; i <= last; i++) {
            text.append(i == first ? "" : ";").append(trouble).append('@').append(i);
        }
        return text.toString();
    }

    @Test
    void the_command_limit_and_that_of_the_queue_are_the_functions() {
        PciDevice device = rig.plain("timeouts=command:150&inject=never:ENABLE_HCA");
        assertThatThrownBy(() -> Hca.bringUp(MlxAccess.of(device), BringUpOptions.defaults()))
                .hasMessageContaining("did not complete it in 150 ms");
        PciDevice busy = rig.plain("timeouts=queue:100&queue_ms=60000");
        assertThatThrownBy(() -> Hca.bringUp(MlxAccess.of(busy), BringUpOptions.defaults()))
                .isInstanceOfSatisfying(
                        VfioException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EBUSY))
                .hasMessageContaining("still initializes after 100 ms");
        PciDevice ready = rig.plain("queue_ms=50");
        Hca.bringUp(MlxAccess.of(ready), OPTIONS).close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"in process", "vfio-user"})
    void an_extension_whose_function_failed_has_a_working_one_afterwards(String way) {
        PciDevice device = rig.extended("inject=fatal:NOP:1", way);
        Mlx5 mlx = device.as(Mlx5.class).orElseThrow();
        Hca hca = mlx.bringUp(OPTIONS);
        assertThatThrownBy(() -> process(hca)).hasMessageContaining("asks for a reset");
        assertThatThrownBy(hca::close).isInstanceOf(MlxException.class);
        try (Hca next = mlx.bringUp(OPTIONS)) {
            assertThat(Rig.count(next, Rig.Count.SOFTWARE_RESETS)).isOne();
            assertThat(mlx.health().isFatal()).isFalse();
        }
    }
}
