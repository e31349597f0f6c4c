// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.emulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.Fd;
import io.jvfio.device.DeviceGoneException;
import io.jvfio.device.IrqRequest;
import io.jvfio.emulation.DmaStatus;
import io.jvfio.emulation.EmulatedDevice;
import io.jvfio.emulation.EmulationOptions;
import io.jvfio.emulation.FaultPlan;
import io.jvfio.emulation.FaultRecord;
import io.jvfio.emulation.FaultRule;
import io.jvfio.emulation.FaultRule.Kind;
import io.jvfio.emulation.FaultRule.Point;
import io.jvfio.emulation.FaultRule.When;
import io.jvfio.emulation.ManualClock;
import io.jvfio.internal.sys.EventFd;
import io.jvfio.mmio.Layouts;
import io.jvfio.testkit.TestMemory;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes wrong by plan, and how it is written. */
final class FaultPlanTest extends ModelFixture {
    private static final long IOVA = 0x10_0000;
    private static final long ONES = -1;

    private static DmaStatus poke(EmulatedDevice device) {
        full(device, FullModel.POKE, IOVA);
        device.step();
        return FullModel.status(full(device, FullModel.LAST_STATUS));
    }

    private EventFd message(EmulatedDevice device) {
        busMaster(device);
        EventFd eventfd = eventfd();
        device.setIrqs(IrqRequest.assign(MSIX, 0, List.<Fd>of(eventfd.fd())));
        return eventfd;
    }

    @Test
    void a_plan_is_written_as_it_is_read() {
        String text = "drop:interrupt:from=3:most=1;corrupt:dma-read:p=0.01;delay:work:every=10:us=500;"
                + "stuck:read:at=0x98;seed=42";
        FaultPlan plan = FaultPlan.parse(text);
        assertThat(plan.toString()).isEqualTo(text);
        assertThat(plan.seed()).isEqualTo(42);
        assertThat(FaultPlan.parse(plan.toString())).isEqualTo(plan);
        assertThat(FaultPlan.none()
                        .with(FaultRule.of(Kind.DROP, Point.INTERRUPT, When.nth(3)))
                        .with(FaultRule.of(Kind.CORRUPT, Point.DMA_READ, When.probably(0.01)))
                        .with(FaultRule.delay(
                                Point.WORK, new When(1, 1, 10, Long.MAX_VALUE), Duration.ofNanos(500_000)))
                        .with(FaultRule.of(Kind.STUCK, Point.READ, When.always())
                                .at(0x98))
                        .withSeed(42))
                .isEqualTo(plan);
        assertThat(FaultPlan.parse("drop:interrupt:nth=3").rules().getFirst().when())
                .isEqualTo(When.nth(3));
        assertThat(FaultPlan.parse("")).isEqualTo(FaultPlan.none());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "drop|KIND:POINT",
                "lose:interrupt|delay, drop",
                "drop:irq|interrupt",
                "drop:reset|it can at read",
                "corrupt:interrupt|it can at read, dma-read, dma-write",
                "ignore:read|reset",
                "delay:work|us=500",
                "drop:read:often=1|nth=",
                "drop:read:nth=x|no number",
                "drop:read:nth=0|from 0",
                "drop:read:p=2|probability 2.0",
                "seed=many|no number",
            })
    void a_malformed_plan_says_what_would_do(String text, String hint) {
        assertThatThrownBy(() -> FaultPlan.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(hint);
        assertThatThrownBy(() -> open("full?faults=" + text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_locator_has_its_faults() {
        EmulatedDevice device = open("edu?faults=drop:read:nth=2&dma_mask=0xff");
        assertThat(device.readRegister(0, 0, 4)).isEqualTo(0x0100_00ed);
        assertThat(device.readRegister(0, 0, 4)).isEqualTo(0xffff_ffffL);
        assertThat(device.readRegister(0, 0, 4)).isEqualTo(0x0100_00ed);
        assertThat(device.faultLog()).extracting(FaultRecord::event).containsExactly(2L);
        assertThat(open("edu").faultLog()).isEmpty();
    }

    @Test
    void a_dropped_write_has_no_effect() {
        EmulatedDevice device = open("full", "drop:write:at=0x0:from=2:every=2");
        for (int i = 1; i <= 4; i++) {
            full(device, FullModel.SCRATCH, i);
            full(device, FullModel.VECTOR, i);
        }
        assertThat(full(device, FullModel.SCRATCH)).isEqualTo(3);
        assertThat(full(device, FullModel.VECTOR)).isEqualTo(4);
    }

    @Test
    void a_corrupted_register_has_one_other_bit() {
        EmulatedDevice device = open("full", "corrupt:read:nth=1");
        assertThat(Long.bitCount(full(device, FullModel.SCRATCH))).isEqualTo(1);
        assertThat(full(device, FullModel.SCRATCH)).isZero();
    }

    @Test
    void stuck_registers_read_as_ones_until_a_reset() {
        EmulatedDevice device = open("full", "stuck:read:nth=2");
        assertThat(full(device, FullModel.SCRATCH)).isZero();
        assertThat(full(device, FullModel.SCRATCH)).isEqualTo(ONES);
        assertThat(full(device, FullModel.RUNS)).isEqualTo(ONES);
        assertThat(device.readRegister(CONFIG, 0, 2)).isEqualTo(0x1234);
        device.reset();
        assertThat(full(device, FullModel.SCRATCH)).isZero();
    }

    @Test
    void a_stuck_model_does_no_work_until_a_reset() {
        EmulatedDevice device = open("full", "stuck:work:nth=2");
        busMaster(device);
        map(device, IOVA);
        assertThat(poke(device)).isEqualTo(DmaStatus.DONE);
        full(device, FullModel.LAST_STATUS, 0);
        full(device, FullModel.POKE, IOVA);
        device.step();
        device.step();
        assertThat(full(device, FullModel.LAST_STATUS)).isZero();
        device.reset();
        busMaster(device);
        assertThat(poke(device)).isEqualTo(DmaStatus.DONE);
    }

    @Test
    void a_reset_that_is_ignored_leaves_the_registers_alone() {
        EmulatedDevice device = open("full", "ignore:reset:nth=1;stuck:read:at=0x30");
        full(device, FullModel.SCRATCH, 5);
        busMaster(device);
        device.reset();
        assertThat(full(device, FullModel.SCRATCH)).isEqualTo(5);
        assertThat(device.readRegister(CONFIG, COMMAND, 2) & MASTER).isZero();
        assertThat(full(device, FullModel.RUNS)).isEqualTo(ONES);
        device.reset();
        assertThat(full(device, FullModel.SCRATCH)).isZero();
    }

    @Test
    void lost_and_changed_transfers_look_as_they_would() {
        EmulatedDevice device = open("full", "drop:dma-write:nth=1;corrupt:dma-write:nth=2");
        busMaster(device);
        TestMemory memory = map(device, IOVA);
        assertThat(poke(device)).as("a posted write is lost silently").isEqualTo(DmaStatus.DONE);
        assertThat(memory.bytes().get(Layouts.LE_LONG, 0)).isZero();
        assertThat(poke(device)).isEqualTo(DmaStatus.DONE);
        assertThat(Long.bitCount(memory.bytes().get(Layouts.LE_LONG, 0) ^ FullModel.PATTERN))
                .isEqualTo(1);
        assertThat(poke(device)).isEqualTo(DmaStatus.DONE);
        assertThat(memory.bytes().get(Layouts.LE_LONG, 0)).isEqualTo(FullModel.PATTERN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"drop", "corrupt"})
    void a_read_of_memory_that_goes_wrong_is_seen_in_the_data(String kind) {
        EmulatedDevice edu = open("edu?transfer_ms=0", kind + ":dma-read:nth=1");
        busMaster(edu);
        TestMemory memory = map(edu, IOVA);
        for (long[] transfer : new long[][] {{IOVA, 0x40000, 1}, {0x40000, IOVA, 3}}) {
            edu.writeRegister(0, 0x80, 8, transfer[0]);
            edu.writeRegister(0, 0x88, 8, transfer[1]);
            edu.writeRegister(0, 0x90, 8, 8);
            edu.writeRegister(0, 0x98, 8, transfer[2]);
            edu.step();
        }
        long read = memory.bytes().get(Layouts.LE_LONG, 0);
        assertThat(Long.bitCount(read)).isEqualTo(kind.equals("drop") ? 64 : 1);
    }

    @Test
    void an_interrupt_is_lost_late_or_comes_for_nothing() {
        EmulatedDevice device =
                open("full", "drop:interrupt:nth=1;delay:interrupt:nth=2:us=1000;spurious:write:at=0x58");
        EventFd eventfd = message(device);
        full(device, FullModel.MESSAGE, 0);
        assertThat(eventfd.drain()).isZero();
        full(device, FullModel.MESSAGE, 0);
        device.step();
        assertThat(eventfd.drain()).isZero();
        clock.advance(Duration.ofMillis(1));
        device.step();
        assertThat(eventfd.drain()).isEqualTo(1);
        full(device, 0x58, 0);
        assertThat(eventfd.drain()).isEqualTo(1);
        assertThat(device.faultLog()).hasSize(3);
    }

    @Test
    void a_pin_can_interrupt_for_nothing() {
        EmulatedDevice device = open("full", "spurious:read:nth=1");
        EventFd eventfd = eventfd();
        device.setIrqs(IrqRequest.assign(INTX, 0, List.<Fd>of(eventfd.fd())));
        full(device, FullModel.SCRATCH);
        assertThat(eventfd.drain()).isEqualTo(1);
    }

    @Test
    void work_is_late_or_forgotten() {
        EmulatedDevice device = open("full", "delay:work:nth=1:us=2000;drop:work:nth=2");
        busMaster(device);
        map(device, IOVA);
        full(device, FullModel.POKE, IOVA);
        device.step();
        assertThat(full(device, FullModel.RUNS)).isZero();
        clock.advance(Duration.ofMillis(2));
        device.step();
        assertThat(full(device, FullModel.RUNS)).isEqualTo(1);
        full(device, FullModel.POKE, IOVA);
        device.step();
        assertThat(full(device, FullModel.RUNS)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"read", "write", "work", "dma-write", "interrupt", "reset"})
    void a_device_is_pulled_out_at_each_point(String point) {
        EmulatedDevice device = open("full", "remove:" + point);
        assertThatThrownBy(() -> {
                    busMaster(device);
                    map(device, IOVA);
                    full(device, FullModel.POKE, IOVA);
                    device.step();
                    device.reset();
                    full(device, FullModel.SCRATCH);
                    device.reset();
                })
                .isInstanceOf(DeviceGoneException.class);
        assertThat(device.faultLog()).hasSize(1);
    }

    @Test
    void the_same_plan_does_the_same_again() {
        String faults = "corrupt:read:p=0.3;drop:write:p=0.2;corrupt:dma-write:p=0.5;seed=7";
        List<FaultRecord> first = randomRun(faults);
        assertThat(first).hasSizeGreaterThan(20);
        assertThat(randomRun(faults)).isEqualTo(first);
        assertThat(randomRun(faults + "1")).isNotEqualTo(first);
    }

    private List<FaultRecord> randomRun(String faults) {
        ManualClock own = new ManualClock();
        EmulatedDevice device = closing(
                EmulatedDevice.open("full", EmulationOptions.stepped(own).withFaults(FaultPlan.parse(faults))));
        busMaster(device);
        TestMemory memory = map(device, IOVA);
        long sum = 0;
        for (int i = 0; i < 100; i++) {
            full(device, FullModel.SCRATCH, i);
            full(device, FullModel.POKE, IOVA);
            device.step();
            sum = sum * 31 + full(device, FullModel.SCRATCH) + memory.bytes().get(Layouts.LE_LONG, 0);
            own.advance(Duration.ofNanos(1));
        }
        assertThat(sum).isNotZero();
        return device.faultLog();
    }
}
