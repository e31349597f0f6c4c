// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.emulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.Vfio;
import io.jvfio.device.DeviceGoneException;
import io.jvfio.device.IrqRequest;
import io.jvfio.emulation.EmulatedDevice;
import io.jvfio.emulation.EmulationOptions;
import io.jvfio.examples.Edu;
import io.jvfio.internal.sys.EventFd;
import io.jvfio.interrupt.InterruptType;
import io.jvfio.interrupt.Interrupts;
import io.jvfio.mmio.Register32;
import io.jvfio.pci.DeviceState;
import io.jvfio.pci.PciDevice;
import io.jvfio.testkit.TestMemory;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** When a model does its work: stepped, by its clock, or on its worker; and what ends it. */
final class ModelWorkTest extends ModelFixture {

    private static long read(EmulatedDevice edu, Register32 register) {
        return edu.readRegister(0, register.offset(), 4);
    }

    private static void write(EmulatedDevice edu, Register32 register, long value) {
        edu.writeRegister(0, register.offset(), 4, value);
    }

    @Test
    void a_stepped_model_works_when_it_is_stepped() {
        EmulatedDevice edu = open("edu");
        assertThat(edu.step()).isFalse();
        write(edu, Edu.FACTORIAL, 5);
        assertThat(read(edu, Edu.STATUS)).isEqualTo(1);
        assertThat(read(edu, Edu.FACTORIAL)).isEqualTo(5);
        assertThat(edu.step()).isTrue();
        assertThat(read(edu, Edu.STATUS)).isZero();
        assertThat(read(edu, Edu.FACTORIAL)).isEqualTo(120);
        assertThat(edu.step()).isFalse();
    }

    @Test
    void time_passes_as_the_test_says() {
        EmulatedDevice edu = open("edu");
        busMaster(edu);
        TestMemory memory = map(edu, 0x10_0000).fill(3);
        EventFd eventfd = eventfd();
        edu.setIrqs(IrqRequest.assign(MSI, 0, List.of(eventfd.fd())));
        edu.writeRegister(0, Edu.DMA_SOURCE.offset(), 8, 0x10_0000);
        edu.writeRegister(0, Edu.DMA_DESTINATION.offset(), 8, Edu.INTERNAL_BUFFER);
        edu.writeRegister(0, Edu.DMA_COUNT.offset(), 8, 64);
        edu.writeRegister(0, Edu.DMA_COMMAND.offset(), 8, Edu.START | Edu.RAISE_IRQ);
        clock.advance(Duration.ofMillis(99));
        assertThat(edu.step()).isFalse();
        assertThat(edu.readRegister(0, Edu.DMA_COMMAND.offset(), 8) & Edu.START).isNotZero();
        clock.advance(Duration.ofMillis(1));
        assertThat(edu.step()).isTrue();
        assertThat(eventfd.drain()).isEqualTo(1);
        assertThat(read(edu, Edu.IRQ_STATUS)).isEqualTo(Edu.IRQ_DMA_DONE);
        memory.bytes().fill((byte) 0);
        edu.writeRegister(0, Edu.DMA_SOURCE.offset(), 8, Edu.INTERNAL_BUFFER);
        edu.writeRegister(0, Edu.DMA_DESTINATION.offset(), 8, 0x10_0000);
        edu.writeRegister(0, Edu.DMA_COMMAND.offset(), 8, Edu.START | Edu.TO_MEMORY);
        clock.advance(Duration.ofMillis(100));
        assertThat(edu.step()).isTrue();
        assertThat(memory.holds(3, 0, 0, 64)).isTrue();
        assertThat(eventfd.drain()).isZero();
    }

    @Test
    void registers_of_edu_are_as_its_specification_says() {
        EmulatedDevice edu = open("edu");
        assertThat(read(edu, Edu.IDENTIFICATION)).isEqualTo(0x0100_00edL);
        write(edu, Edu.LIVENESS, 0x1234_5678L);
        assertThat(read(edu, Edu.LIVENESS)).isEqualTo(0xedcb_a987L);
        write(edu, Edu.IRQ_RAISE, 0x5);
        write(edu, Edu.IRQ_RAISE, 0x2);
        write(edu, Edu.IRQ_ACKNOWLEDGE, 0x4);
        assertThat(read(edu, Edu.IRQ_STATUS)).isEqualTo(0x3);
        write(edu, Edu.STATUS, 0xffff_ffffL);
        assertThat(read(edu, Edu.STATUS)).isEqualTo(0x80);
        write(edu, Edu.FACTORIAL, 13);
        write(edu, Edu.FACTORIAL, 4);
        edu.step();
        assertThat(read(edu, Edu.FACTORIAL)).isEqualTo(6_227_020_800L & 0xffff_ffffL);
        assertThat(read(edu, Edu.IRQ_STATUS)).isEqualTo(0x3);
        assertThat(edu.readRegister(0, 0, 1))
                .as("registers below 0x80 take 4 bytes")
                .isEqualTo(0xff);
        assertThat(edu.readRegister(0, 0, 8)).isEqualTo(-1);
        edu.reset();
        assertThat(read(edu, Edu.IRQ_STATUS)).isZero();
    }

    @Test
    void the_dma_mask_of_edu_cuts_addresses_off() {
        EmulatedDevice edu = open("edu?dma_mask=0xfffff&transfer_ms=0");
        busMaster(edu);
        TestMemory memory = map(edu, 0x1000).fill(9);
        TestMemory high = map(edu, 0x70_0000);
        edu.writeRegister(0, Edu.DMA_SOURCE.offset(), 8, 0x7000_1000);
        edu.writeRegister(0, Edu.DMA_DESTINATION.offset(), 8, Edu.INTERNAL_BUFFER);
        edu.writeRegister(0, Edu.DMA_COUNT.offset(), 8, 8);
        edu.writeRegister(0, Edu.DMA_COMMAND.offset(), 8, Edu.START);
        edu.step();
        edu.writeRegister(0, Edu.DMA_SOURCE.offset(), 8, Edu.INTERNAL_BUFFER);
        edu.writeRegister(0, Edu.DMA_DESTINATION.offset(), 8, 0x1100);
        edu.writeRegister(0, Edu.DMA_COMMAND.offset(), 8, Edu.START | Edu.TO_MEMORY);
        edu.step();
        assertThat(memory.holds(9, 0, 0x100, 8)).isTrue();
        assertThat(high.bytes().get(ValueLayout.JAVA_BYTE, 0)).isZero();
    }

    @Test
    void a_model_on_its_worker_cannot_be_stepped() {
        EmulatedDevice edu = closing(EmulatedDevice.open("model:edu", EmulationOptions.defaults()));
        assertThatThrownBy(edu::step).isInstanceOf(IllegalStateException.class);
        write(edu, Edu.FACTORIAL, 10);
        Waiting.until(() -> read(edu, Edu.STATUS) == 0);
        assertThat(read(edu, Edu.FACTORIAL)).isEqualTo(3_628_800);
    }

    @Test
    void a_worker_follows_a_clock_that_is_moved_by_hand() {
        EmulatedDevice edu =
                closing(EmulatedDevice.open("edu", EmulationOptions.defaults().withClock(clock)));
        edu.writeRegister(0, Edu.DMA_COMMAND.offset(), 8, Edu.START);
        assertThat(edu.readRegister(0, Edu.DMA_COMMAND.offset(), 8)).isEqualTo(Edu.START);
        clock.advance(Duration.ofSeconds(1));
        Waiting.until(() -> edu.readRegister(0, Edu.DMA_COMMAND.offset(), 8) == 0);
    }

    @Test
    void a_model_that_fails_on_its_worker_is_a_device_that_is_gone() {
        EmulatedDevice device = closing(EmulatedDevice.open("full", EmulationOptions.defaults()));
        full(device, FullModel.FAIL, 1);
        Waiting.until(() -> {
            try {
                full(device, FullModel.SCRATCH);
                return false;
            } catch (DeviceGoneException gone) {
                assertThat(gone).hasRootCauseMessage("as asked for");
                return true;
            }
        });
    }

    @Test
    void a_model_that_fails_in_a_step_tells_who_steps() {
        EmulatedDevice device = open("full");
        full(device, FullModel.FAIL, 1);
        assertThatThrownBy(device::step)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("as asked for");
    }

    @Test
    void a_device_that_was_pulled_out_is_gone_for_every_call_and_can_be_closed() {
        EmulatedDevice device = open("full");
        device.remove();
        device.remove();
        assertThatThrownBy(() -> full(device, FullModel.SCRATCH)).isInstanceOf(DeviceGoneException.class);
        assertThatThrownBy(() -> device.writeRegister(CONFIG, 4, 2, 0)).isInstanceOf(DeviceGoneException.class);
        assertThatThrownBy(device::reset).isInstanceOf(DeviceGoneException.class);
        assertThatThrownBy(() -> device.setIrqs(IrqRequest.disable(0))).isInstanceOf(DeviceGoneException.class);
        assertThatThrownBy(() -> device.map(FullModel.MEMORY, FullModel.MAPPED_OFFSET, 8))
                .isInstanceOf(DeviceGoneException.class);
        device.close();
        assertThatThrownBy(() -> full(device, FullModel.SCRATCH)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void a_pulled_out_device_ends_the_waits_of_its_driver() throws Exception {
        try (Vfio context = Vfio.create();
                ExecutorService driver = Executors.newSingleThreadExecutor()) {
            EmulatedDevice device = EmulatedDevice.open("edu", EmulationOptions.defaults());
            PciDevice pci = closing(context.pci(device, "edu"));
            Interrupts msi = pci.interrupts().enable(InterruptType.MSI, 1);
            Future<Long> waiting = driver.submit(() -> msi.await(0, Duration.ofMinutes(1)));
            device.remove();
            assertThatThrownBy(waiting::get).hasCauseInstanceOf(RuntimeException.class);
            Waiting.until(() -> pci.state() == DeviceState.CLOSED);
            Waiting.until(() -> Thread.getAllStackTraces().keySet().stream()
                    .noneMatch(thread -> thread.getName().startsWith("jvfio-removal ")));
        }
    }
}
