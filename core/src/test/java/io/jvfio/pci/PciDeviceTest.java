// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.Errno;
import io.jvfio.Fd;
import io.jvfio.VfioException;
import io.jvfio.device.VfioPci;
import io.jvfio.interrupt.InterruptType;
import io.jvfio.interrupt.Interrupts;
import io.jvfio.iommu.Dma;
import io.jvfio.pci.config.PciRegisters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PciDeviceTest {
    private final PciFixture fixture = new PciFixture();
    private final FakeDevice fake = fixture.fake;

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void what_is_not_pci_is_refused_and_stays_the_callers() {
        fake.flags = 1;
        assertThatThrownBy(fixture::open)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("0000:01:00.0 is not a PCI device");
        assertThat(fake.closed).isFalse();
    }

    @Test
    void a_failed_open_leaves_no_interrupt_assigned_and_the_device_open() {
        fixture.context.dispatcher().close();
        assertThatThrownBy(fixture::open).isInstanceOf(IllegalStateException.class);
        assertThat(fake.assigned).isEmpty();
        assertThat(fake.closed).isFalse();
    }

    @Test
    void a_device_without_notices_can_be_opened() {
        fake.vectors.clear();
        try (PciDevice device = fixture.open()) {
            assertThat(device.state()).isEqualTo(DeviceState.OPEN);
            assertThat(device).hasToString("0000:01:00.0 (OPEN)");
        }
        assertThat(fake.closed).isTrue();
    }

    @Test
    void bus_mastering_is_changed_alone() {
        try (PciDevice device = fixture.open()) {
            fake.config.put(PciRegisters.COMMAND, 2, 0x143);
            device.enableBusMaster();
            assertThat(device.config().read16(PciRegisters.COMMAND)).isEqualTo(0x147);
            device.disableBusMaster();
            assertThat(device.config().read16(PciRegisters.COMMAND)).isEqualTo(0x143);
        }
    }

    @Test
    void decoding_is_switched_on_for_memory_and_io() {
        fake.config.put(PciRegisters.COMMAND, 2, 0x100);
        try (PciDevice device = fixture.open()) {
            device.enableMemory();
            assertThat(device.config().read16(PciRegisters.COMMAND)).isEqualTo(0x103);
        }
    }

    @Test
    void enabling_interrupts_sets_the_enable_bit_after_the_eventfds_and_clears_it_before_they_go() {
        try (PciDevice device = fixture.open()) {
            fake.config.put(PciFixture.MSI + 2, 2, 0x80).put(PciFixture.MSIX + 2, 2, 0x7);
            fake.log.clear();
            try (Interrupts msi = device.interrupts().enable(InterruptType.MSI, 1)) {
                assertThat(msi.type()).isEqualTo(InterruptType.MSI);
            }
            try (Interrupts msix = device.interrupts().enable(InterruptType.MSIX, 2)) {
                assertThat(msix.type()).isEqualTo(InterruptType.MSIX);
            }
        }
        assertThat(fake.log)
                .startsWith(
                        "irq 1 set",
                        "config 0x52 = 0x81",
                        "config 0x52 = 0x80",
                        "irq 1 off",
                        "irq 2 set",
                        "config 0x62 = 0x8007",
                        "config 0x62 = 0x7",
                        "irq 2 off");
    }

    @Test
    void enabling_intx_clears_the_disable_bit_of_the_command_register() {
        try (PciDevice device = fixture.open()) {
            fake.config.put(PciRegisters.COMMAND, 2, 0x402);
            try (Interrupts intx = device.interrupts().enable(InterruptType.INTX, 1)) {
                assertThat(intx.type()).isEqualTo(InterruptType.INTX);
                assertThat(device.config().read16(PciRegisters.COMMAND)).isEqualTo(0x2);
            }
        }
    }

    @Test
    void a_reset_makes_the_header_as_after_open_and_keeps_interrupts() {
        fake.onReset = () -> fake.config.put(PciRegisters.COMMAND, 2, 0).put(PciFixture.MSI + 2, 2, 0);
        try (PciDevice device = fixture.open()) {
            device.enableBusMaster();
            try (Interrupts msi = device.interrupts().enable(InterruptType.MSI, 1)) {
                assertThat(msi.type()).isEqualTo(InterruptType.MSI);
                device.reset();
                assertThat(device.config().read16(PciRegisters.COMMAND)).isEqualTo(0x3);
                assertThat(device.config().read16(PciFixture.MSI + 2)).isEqualTo(1);
            }
            device.reset();
            assertThat(device.config().read16(PciFixture.MSI + 2)).isZero();
        }
    }

    @Test
    void a_reset_by_a_carrier_that_restores_bus_mastering_leaves_it_off() {
        fake.onReset = () -> fake.config.put(PciRegisters.COMMAND, 2, 0x7);
        try (PciDevice device = fixture.open()) {
            device.enableBusMaster();
            device.reset();
            assertThat(device.config().read16(PciRegisters.COMMAND)).isEqualTo(0x3);
        }
    }

    @Test
    void a_reset_and_a_close_free_memory_that_waited_for_them() {
        fake.space.translated = false;
        PciDevice device = fixture.open();
        Dma dma = device.dma();
        dma.allocate(4096).close();
        assertThat(dma.quarantined()).isEqualTo(1);
        device.reset();
        assertThat(dma.quarantined()).isZero();
        dma.allocate(4096).close();
        fake.onReset = () -> {
            throw VfioException.of("VFIO_DEVICE_RESET", Errno.EIO, "fake");
        };
        assertThatThrownBy(device::reset).isInstanceOf(VfioException.class);
        assertThat(dma.quarantined()).isEqualTo(1);
        device.close();
        assertThat(dma.quarantined()).isZero();
    }

    @Test
    void memory_stays_out_of_use_if_the_device_could_not_be_closed() {
        fake.space.translated = false;
        PciDevice device = fixture.open();
        Dma dma = device.dma();
        dma.allocate(4096).close();
        fake.closeFailure = () -> VfioException.of("close", Errno.EIO, "fake");
        assertThatThrownBy(device::close).isInstanceOf(VfioException.class);
        assertThat(dma.quarantined()).isEqualTo(1);
    }

    @Test
    void a_failed_reset_is_told_and_the_device_can_still_be_used() {
        fake.onReset = () -> {
            throw VfioException.of("VFIO_DEVICE_RESET", Errno.ENOTTY, "fake");
        };
        try (PciDevice device = fixture.open()) {
            assertThatThrownBy(device::reset).isInstanceOf(VfioException.class).hasMessageContaining("ENOTTY");
            device.enableBusMaster();
        }
    }

    @Test
    void the_rom_is_read_in_as_many_pieces_as_the_carrier_gives() {
        FakeRegion rom = fake.region(VfioPci.VFIO_PCI_ROM_REGION_INDEX, 1024);
        for (int i = 0; i < 1024; i++) {
            rom.write(i, 1, i * 7L);
        }
        try (PciDevice device = fixture.open()) {
            byte[] bytes = device.rom().orElseThrow().bytes();
            assertThat(bytes).hasSize(1024);
            for (int i = 0; i < 1024; i++) {
                assertThat(bytes[i]).isEqualTo((byte) (i * 7));
            }
            assertThat(device.rom().orElseThrow()).hasToString("0000:01:00.0 ROM of 0x400 bytes");
        }
    }

    @Test
    void a_device_without_a_rom_says_so() {
        try (PciDevice device = fixture.open()) {
            assertThat(device.rom()).isEmpty();
        }
    }

    @Test
    void everything_is_closed_in_order_with_the_device_stopped_first() {
        fake.bar(0, 0x2000, 0, PciFixture.all(0x2000));
        PciDevice device = fixture.open();
        device.bar(0).mmio();
        device.enableBusMaster();
        device.interrupts().enable(InterruptType.MSI, 1);
        device.dma().allocate(4096);
        fake.log.clear();
        device.close();
        assertThat(fake.log)
                .containsSubsequence(
                        "config 0x4 = 0x3",
                        "config 0x52 = 0x0",
                        "irq 1 off",
                        "window closed",
                        "dma unmap",
                        "device closed");
        assertThat(fake.log.getFirst()).isEqualTo("config 0x4 = 0x3");
        assertThat(fake.log.getLast()).isEqualTo("device closed");
        assertThat(fake.assigned.keySet()).as("the device's own notices").containsExactlyInAnyOrder("3.0", "4.0");
        assertThat(fake.assigned.values()).noneMatch(Fd::isOpen);
        assertThat(device.state()).isEqualTo(DeviceState.CLOSED);
    }

    @Test
    void what_fails_to_close_keeps_nothing_else_from_being_closed() {
        fake.bar(0, 0x2000, 0, PciFixture.all(0x2000));
        fake.bar(1, 0x1000, 0, PciFixture.all(0x1000));
        PciDevice device = fixture.open();
        device.bar(0).mmio();
        device.bar(1).mmio();
        device.interrupts().enable(InterruptType.MSI, 1);
        fake.log.clear();
        AtomicInteger failures = new AtomicInteger();
        fake.closeFailure = () -> VfioException.of("munmap", Errno.EINVAL, "failure " + failures.incrementAndGet());
        assertThatThrownBy(device::close)
                .isInstanceOf(VfioException.class)
                .hasMessageContaining("failure 1")
                .satisfies(first -> assertThat(messages(first)).hasSize(failures.get()));
        assertThat(failures).hasValue(4);
        assertThat(fake.log).contains("irq 1 off", "window closed", "device closed");
        assertThat(fake.log).filteredOn("window closed"::equals).hasSize(2);
        device.close();
        assertThat(fake.log).filteredOn("device closed"::equals).hasSize(1);
    }

    @Test
    void closing_a_device_that_is_gone_is_no_failure() {
        fake.bar(0, 0x1000, 0, PciFixture.all(0x1000));
        PciDevice device = fixture.open();
        device.bar(0).mmio();
        fake.errno = Errno.ENODEV;
        device.close();
        assertThat(fake.log).contains("window closed", "device closed");
    }

    @Test
    void a_failure_to_stop_a_device_that_is_there_is_told() {
        PciDevice device = fixture.open();
        fake.errno = Errno.EIO;
        assertThatThrownBy(device::close).isInstanceOf(VfioException.class).hasMessageContaining("EIO");
        assertThat(fake.closed).isTrue();
    }

    @Test
    void a_closed_device_names_itself_in_every_refusal() {
        fake.bar(0, 0x1000, 0, PciFixture.all(0x1000));
        PciDevice device = fixture.open();
        Bar bar = device.bar(0);
        Rom rom = new Rom(device, 16);
        device.close();
        List<Consumer<PciDevice>> calls = List.of(
                PciDevice::config,
                d -> d.bar(0),
                PciDevice::bars,
                PciDevice::rom,
                PciDevice::dma,
                PciDevice::interrupts,
                PciDevice::enableBusMaster,
                PciDevice::disableBusMaster,
                PciDevice::enableMemory,
                PciDevice::powerState,
                PciDevice::powerStates,
                d -> d.power(PowerState.D0),
                PciDevice::reset,
                d -> d.guard(() -> {}),
                d -> d.guard(() -> 1),
                d -> d.onRemoval(x -> {}),
                d -> d.onError(x -> {}),
                d -> bar.mmio(),
                d -> bar.memory(Bar.Promise.NO_SIDE_EFFECTS),
                d -> rom.bytes());
        assertThat(calls)
                .allSatisfy(call -> assertThatThrownBy(() -> call.accept(device))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessage("0000:01:00.0 is closed"));
        assertThat(device.name()).isEqualTo("0000:01:00.0");
        assertThat(device.device()).isSameAs(fake);
        device.close();
    }

    @Test
    void a_deadline_cannot_be_negative() {
        try (PciDevice device = fixture.open()) {
            assertThatThrownBy(() -> device.removalDeadline(Duration.ofSeconds(-1)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    /** Of a failure and all that are suppressed in it, however deep. */
    private static List<String> messages(Throwable failure) {
        List<String> all = new ArrayList<>(List.of(failure.getMessage()));
        for (Throwable suppressed : failure.getSuppressed()) {
            all.addAll(messages(suppressed));
        }
        return all;
    }
}
