// SPDX-License-Identifier: Apache-2.0
package io.jvfio.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.VfioException;
import io.jvfio.device.VfioDevice;
import io.jvfio.interrupt.InterruptOptions;
import io.jvfio.interrupt.InterruptType;
import io.jvfio.interrupt.Interrupts;
import io.jvfio.iommu.DmaBuffer;
import io.jvfio.iommu.DmaOptions;
import io.jvfio.iommu.DmaPool;
import io.jvfio.mmio.Mmio;
import io.jvfio.pci.Bar;
import io.jvfio.pci.DeviceState;
import io.jvfio.pci.PciDevice;
import io.jvfio.pci.PowerState;
import io.jvfio.pci.config.PciRegisters;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/**
 * What a driver author relies on: a {@link PciDevice} on every carrier and every function.
 *
 * <p>Threads: one at a time.
 */
public abstract class PciDeviceContract extends CarrierContract {

    private static final Duration SOON = Duration.ofSeconds(10);
    private static final Duration NOW = Duration.ZERO;
    private static final int MOST_VECTORS = 4;

    /** For subclasses. */
    protected PciDeviceContract() {}

    /** A register of 4 bytes in a BAR that reads the same each time, if there is one. */
    protected Optional<TestRegister> mappedRegister() {
        return Optional.empty();
    }

    private PciDevice openPci() {
        VfioDevice opened = wrapped(context().openDevice(locator(), options()));
        return closing(context().pci(opened, locator().toString()));
    }

    @Test
    void config_space_names_the_function() {
        PciDevice device = openPci();
        assertThat(device.config().vendorId()).isNotIn(0, 0xffff);
        assertThat(device.config().read32(0))
                .isEqualTo(device.config().deviceId() << 16 | device.config().vendorId());
        assertThat(device.config().size()).isEqualTo((int) configSize(device));
        assertThat(device.state()).isEqualTo(DeviceState.OPEN);
        assertThat(device.name()).contains(locator().target());
    }

    @Test
    void config_space_is_written_in_every_width() {
        PciDevice device = openPci();
        int before = device.config().read8(PciRegisters.INTERRUPT_LINE);
        device.config().write8(PciRegisters.INTERRUPT_LINE, 0x5a);
        assertThat(device.config().read8(PciRegisters.INTERRUPT_LINE)).isEqualTo(0x5a);
        assertThat(device.config().read16(PciRegisters.INTERRUPT_LINE) & 0xff).isEqualTo(0x5a);
        device.config().write16(PciRegisters.INTERRUPT_LINE, 0x33);
        assertThat(device.config().read32(PciRegisters.INTERRUPT_LINE) & 0xff).isEqualTo(0x33);
        device.config().modify32(PciRegisters.INTERRUPT_LINE, 0xff, 0x77);
        assertThat(device.config().read8(PciRegisters.INTERRUPT_LINE)).isEqualTo(0x77);
        device.config().write8(PciRegisters.INTERRUPT_LINE, before);
    }

    @Test
    void bus_mastering_is_off_until_it_is_enabled_and_off_again_after_close() {
        PciDevice device = openPci();
        assertThat(master(device)).isFalse();
        device.enableBusMaster();
        assertThat(master(device)).isTrue();
        device.disableBusMaster();
        assertThat(master(device)).isFalse();
        device.enableBusMaster();
        device.close();
        assertThat(master(openPci())).isFalse();
    }

    @Test
    void a_bar_has_the_size_of_its_region() {
        PciDevice device = openPci();
        for (Bar bar : device.bars()) {
            assertThat(bar.size()).isEqualTo(device.device().region(bar.index()).size());
            assertThat(device.bar(bar.index()).size()).isEqualTo(bar.size());
            assertThat(bar.toString()).contains("BAR " + bar.index());
        }
        assertThatThrownBy(() -> device.bar(6)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> device.bar(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void registers_read_the_same_through_a_window_and_through_the_carrier() {
        PciDevice device = openPci();
        mappedRegister().ifPresent(register -> {
            Mmio registers = device.bar(register.region()).mmio();
            int byWindow = device.guard(() -> registers.read32(register.offset()));
            assertThat(Integer.toUnsignedLong(byWindow))
                    .isEqualTo(device.device().readRegister(register.region(), register.offset(), 4));
        });
    }

    @Test
    void registers_outside_of_a_bar_are_refused() {
        PciDevice device = openPci();
        for (Bar bar : device.bars()) {
            Mmio registers = bar.mmio();
            assertThatThrownBy(() -> registers.read32(bar.size())).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> registers.read32(-4)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> bar.mmio(0, bar.size() + 1)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void interrupts_of_each_type_are_awaited_polled_and_closed() throws Exception {
        PciDevice device = openPci();
        for (InterruptType type : available(device)) {
            int vectors = Math.min(MOST_VECTORS, device.interrupts().available(type));
            try (Interrupts interrupts = device.interrupts().enable(type, vectors)) {
                assertThat(interrupts.vectors()).isEqualTo(vectors);
                assertThat(interrupts.type()).isEqualTo(type);
                for (int vector = 0; vector < vectors; vector++) {
                    assertThat(interrupts.poll(vector)).isZero();
                    interrupts.trigger(vector);
                    assertThat(interrupts.await(vector, SOON)).isEqualTo(1);
                    assertThat(interrupts.await(vector, NOW)).isZero();
                }
            }
        }
    }

    @Test
    void interrupts_call_back() throws Exception {
        PciDevice device = openPci();
        for (InterruptType type : available(device)) {
            CountDownLatch called = new CountDownLatch(1);
            InterruptOptions options = InterruptOptions.defaults().withHandler((vector, count) -> called.countDown());
            try (Interrupts interrupts = device.interrupts().enable(type, 1, options)) {
                interrupts.trigger(0);
                assertThat(called.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
            }
        }
    }

    @Test
    void one_type_of_interrupt_is_enabled_at_a_time() {
        PciDevice device = openPci();
        for (InterruptType type : available(device)) {
            try (Interrupts interrupts = device.interrupts().enable(type, 1)) {
                for (InterruptType other : available(device)) {
                    assertThatThrownBy(() -> device.interrupts().enable(other, 1))
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining(type.toString());
                }
                assertThat(interrupts.vectors()).isEqualTo(1);
            }
        }
        assertThatThrownBy(() -> device.interrupts().enable(InterruptType.MSIX, 4096))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_dma_buffer_is_mapped_zeroed_and_gone_after_close() {
        PciDevice device = openPci();
        DmaBuffer buffer = device.dma().allocate(100, DmaOptions.defaults().withLabel("ring"));
        assertThat(buffer.size()).isEqualTo(100);
        assertThat(buffer.memory().byteSize()).isEqualTo(100);
        assertThat(buffer.memory().get(ValueLayout.JAVA_BYTE, 99)).isZero();
        assertThat(device.dma().addressSpace().mappings().find(buffer.deviceAddress(99)))
                .isNotNull();
        assertThat(buffer.contiguous(0)).isEqualTo(100);
        assertThat(device.dma().explain(buffer.iova()).toString()).contains("ring", "mapped");
        var memory = buffer.memory();
        buffer.close();
        buffer.close();
        assertThatThrownBy(() -> memory.get(ValueLayout.JAVA_BYTE, 0)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(buffer::iova).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> device.dma().allocate(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void buffers_are_cut_from_a_pool() {
        PciDevice device = openPci();
        try (DmaPool pool = device.dma().pool(2 << 20)) {
            DmaBuffer first = pool.allocate(64);
            DmaBuffer second = pool.allocate(4096, 4096);
            assertThat(second.iova() & 4095).isZero();
            assertThat(first.iova()).isNotEqualTo(second.iova());
            assertThat(pool.buffers()).isEqualTo(2);
            first.close();
            assertThat(pool.buffers()).isEqualTo(1);
        }
    }

    @Test
    void closing_the_device_closes_all_that_it_gave() {
        PciDevice device = openPci();
        List<DmaBuffer> buffers =
                Stream.generate(() -> device.dma().allocate(4096)).limit(3).toList();
        DmaPool pool = device.dma().pool(1);
        DmaBuffer part = pool.allocate(64);
        available(device).stream()
                .findFirst()
                .ifPresent(type -> device.interrupts().enable(type, 1));
        List<Mmio> windows = device.bars().stream().map(Bar::mmio).toList();
        device.close();
        assertThat(buffers).noneMatch(DmaBuffer::isOpen);
        assertThat(pool.isOpen()).isFalse();
        assertThat(part.isOpen()).isFalse();
        assertThat(windows)
                .allSatisfy(
                        window -> assertThatThrownBy(() -> window.read32(0)).isInstanceOf(IllegalStateException.class));
    }

    @Test
    void a_closed_device_refuses_everything() {
        PciDevice device = openPci();
        device.close();
        device.close();
        assertThat(device.state()).isEqualTo(DeviceState.CLOSED);
        List<ThrowingCallable> operations = List.of(
                device::config,
                device::bars,
                () -> device.bar(0),
                device::rom,
                device::dma,
                device::interrupts,
                device::enableBusMaster,
                device::disableBusMaster,
                device::enableMemory,
                device::powerState,
                () -> device.power(PowerState.D0),
                device::reset,
                () -> device.guard(() -> {}),
                () -> device.onRemoval(gone -> {}),
                () -> device.onError(gone -> {}));
        assertThat(operations)
                .allSatisfy(operation -> assertThatThrownBy(operation).isInstanceOf(IllegalStateException.class));
    }

    @Test
    void a_reset_keeps_what_this_process_holds() throws Exception {
        PciDevice device = openPci();
        if (!device.device().info().resettable()) {
            assertThatThrownBy(device::reset)
                    .isInstanceOfSatisfying(
                            VfioException.class, e -> assertThat(e.name()).isEqualTo("ENOTTY"));
            return;
        }
        device.enableBusMaster();
        DmaBuffer buffer = device.dma().allocate(4096);
        InterruptType type = available(device).getLast();
        try (Interrupts interrupts = device.interrupts().enable(type, 1)) {
            List<Mmio> windows = device.bars().stream().map(Bar::mmio).toList();
            device.reset();
            assertThat(master(device)).isFalse();
            assertThat(buffer.isOpen()).isTrue();
            interrupts.trigger(0);
            assertThat(interrupts.await(0, SOON)).isEqualTo(1);
            device.guard(() -> windows.forEach(Mmio::size));
        }
        mappedRegister().ifPresent(register -> {
            Mmio registers = device.bar(register.region()).mmio();
            assertThat(device.guard(() -> registers.read32(register.offset()))).isNotEqualTo(-1);
        });
    }

    @Test
    void the_function_is_in_d0_and_says_which_states_it_has() {
        PciDevice device = openPci();
        assertThat(device.powerState()).isEqualTo(PowerState.D0);
        assertThat(device.powerStates()).contains(PowerState.D0);
    }

    private static List<InterruptType> available(PciDevice device) {
        return Stream.of(InterruptType.values())
                .filter(type -> device.interrupts().available(type) > 0)
                .toList();
    }

    private static boolean master(PciDevice device) {
        return (device.config().read16(PciRegisters.COMMAND) & PciRegisters.COMMAND_MASTER) != 0;
    }

    private static long configSize(PciDevice device) {
        return device.device().region(TestRegister.PCI_IDS.region()).size();
    }
}
