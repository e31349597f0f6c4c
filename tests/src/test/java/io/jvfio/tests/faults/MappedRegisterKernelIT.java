// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.VfioException;
import io.jvfio.examples.Edu;
import io.jvfio.interrupt.InterruptType;
import io.jvfio.mmio.Mmio;
import io.jvfio.mmio.Register32;
import io.jvfio.pci.Bar;
import io.jvfio.pci.ConfigSpace;
import io.jvfio.pci.MmioFaultException;
import io.jvfio.pci.PciDevice;
import io.jvfio.pci.PowerState;
import io.jvfio.tests.lab.AccessMode;
import io.jvfio.tests.lab.LabDevices;
import io.jvfio.tests.lab.LabParts;
import io.jvfio.tests.lab.LabSession;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a driver sees of registers that do not answer, through the group and through the device's own node. */
@ParameterizedClass(name = "[mode={0}]")
@EnumSource(
        value = AccessMode.class,
        names = {"TYPE1V2", "IOMMUFD"})
@Tag(LabParts.NEEDS_EDU)
@Tag(LabParts.NEEDS_IGB)
@Tag(LabParts.NEEDS_WINDOWS)
final class MappedRegisterKernelIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int COMMAND = 0x04;
    private static final int COMMAND_MEMORY = 1 << 1;

    /** Of Intel's network cards: where the list of transmit descriptors is. Plain storage, 0 after a reset. */
    private static final Register32 STORAGE = Register32.at(0x3800);

    private static final int STORED = 0x12345600;

    @Parameter
    AccessMode mode;

    private LabSession lab;

    @BeforeEach
    void start() {
        lab = new LabSession();
    }

    @AfterEach
    void end() {
        lab.close();
    }

    @Test
    void without_decoding_a_mapped_access_is_a_fault_and_a_call_of_the_kernel_is_refused() {
        PciDevice edu = lab.open(mode, LabDevices.EDU);
        Mmio registers = edu.bar(0).mmio();
        edu.config().modify16(COMMAND, COMMAND_MEMORY, 0);

        assertFault(() -> edu.guard(() -> registers.read(Edu.IDENTIFICATION)), MmioFaultException.Reason.DECODING_OFF);
        assertFault(() -> edu.guard(() -> registers.write(Edu.LIVENESS, 1)), MmioFaultException.Reason.DECODING_OFF);
        assertThatThrownBy(() -> edu.device().readRegister(0, 0, Integer.BYTES))
                .isInstanceOf(VfioException.class)
                .hasMessageContaining("EIO");
        assertFault(
                () -> edu.guard(() -> edu.device().readRegister(0, 0, Integer.BYTES)),
                MmioFaultException.Reason.DECODING_OFF);

        edu.enableMemory();
        assertThat(edu.guard(() -> registers.read(Edu.IDENTIFICATION, Edu.MAGIC)))
                .isEqualTo(Edu.MAGIC_VALUE);
    }

    @Test
    void a_window_that_is_made_while_decoding_is_off_works_when_it_is_on() {
        PciDevice edu = lab.open(mode, LabDevices.EDU);
        edu.config().modify16(COMMAND, COMMAND_MEMORY, 0);
        Mmio registers = edu.bar(0).mmio();
        assertFault(() -> edu.guard(() -> registers.read(Edu.IDENTIFICATION)), MmioFaultException.Reason.DECODING_OFF);

        edu.enableMemory();

        assertThat(edu.guard(() -> registers.read(Edu.IDENTIFICATION, Edu.MAGIC)))
                .isEqualTo(Edu.MAGIC_VALUE);
    }

    @Test
    void a_sleeping_function_answers_in_config_space_alone_until_it_is_woken() {
        PciDevice card = lab.open(mode, LabDevices.E1000E);
        Mmio registers = card.bar(0).mmio();
        assertThat(card.powerStates()).contains(PowerState.D3HOT);
        assertThat(card.powerState()).isEqualTo(PowerState.D0);
        int vendor = card.config().vendorId();

        card.power(PowerState.D3HOT);

        assertThat(card.powerState()).isEqualTo(PowerState.D3HOT);
        assertThat(card.config().vendorId()).isEqualTo(vendor);
        assertFault(() -> card.guard(() -> registers.read(STORAGE)), MmioFaultException.Reason.LOW_POWER);
        assertFault(
                () -> card.guard(() -> card.device().readRegister(0, STORAGE.offset(), Integer.BYTES)),
                MmioFaultException.Reason.LOW_POWER);

        card.power(PowerState.D0);

        assertThat(card.powerState()).isEqualTo(PowerState.D0);
        assertStores(card, registers);
    }

    @Test
    void a_reset_keeps_the_windows_of_a_function_and_clears_its_registers() {
        PciDevice card = lab.open(mode, LabDevices.IGB);
        Mmio registers = card.bar(0).mmio();
        assertStores(card, registers);

        card.reset();

        assertThat(card.guard(() -> registers.read(STORAGE))).isZero();
        assertStores(card, registers);
    }

    /** Nobody should do so, as the access sleeps until the reset is over; but it must not hurt either. */
    @ParameterizedTest
    @ValueSource(strings = {"e1000e", "igb"})
    void a_reset_under_access_from_other_threads_ends_and_so_do_they(String function)
            throws InterruptedException, ExecutionException, TimeoutException {
        PciDevice card = lab.open(mode, LabDevices.named(function));
        Mmio registers = card.bar(0).mmio();
        AtomicBoolean stop = new AtomicBoolean();
        CountDownLatch busy = new CountDownLatch(2);
        CompletableFuture<Long> reader = accessUntil(stop, busy, card, () -> registers.read(STORAGE));
        CompletableFuture<Long> writer = accessUntil(stop, busy, card, () -> registers.write(STORAGE, STORED));
        assertThat(busy.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        try {
            for (int round = 0; round < 3; round++) {
                card.reset();
            }
        } finally {
            stop.set(true);
        }

        assertThat(reader.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isPositive();
        assertThat(writer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isPositive();
        assertStores(card, registers);
    }

    @Test
    void a_closed_device_says_so_and_its_registers_do_too() {
        PciDevice edu = lab.open(mode, LabDevices.EDU);
        ConfigSpace config = edu.config();
        Bar bar = edu.bar(0);
        Mmio registers = bar.mmio();
        edu.close();
        edu.close();

        assertClosed(() -> config.read16(0));
        assertClosed(() -> config.write16(COMMAND, 0));
        assertClosed(() -> registers.read(Edu.IDENTIFICATION));
        assertClosed(() -> registers.write(Edu.LIVENESS, 1));
        assertClosed(() -> edu.guard(() -> registers.read(Edu.IDENTIFICATION)));
        assertClosed(() -> edu.device().readRegister(0, 0, Integer.BYTES));
        assertClosed(edu::config);
        assertClosed(edu::enableBusMaster);
        assertClosed(edu::reset);
        assertClosed(bar::mmio);
        assertClosed(() -> edu.dma());
        assertClosed(() -> edu.interrupts().enable(InterruptType.MSI, 1));
        assertThat(edu.name()).contains(LabDevices.EDU);
    }

    private static void assertStores(PciDevice card, Mmio registers) {
        assertThat(card.guard(() -> {
                    registers.write(STORAGE, STORED);
                    return registers.read(STORAGE);
                }))
                .isEqualTo(STORED);
    }

    private static void assertFault(ThrowingCallable guarded, MmioFaultException.Reason reason) {
        assertThatThrownBy(guarded)
                .isInstanceOfSatisfying(
                        MmioFaultException.class,
                        fault -> assertThat(fault.reason()).isEqualTo(reason));
    }

    private static void assertClosed(ThrowingCallable access) {
        assertThatThrownBy(access).isInstanceOf(IllegalStateException.class).hasMessageContaining("closed");
    }

    /** Accesses registers on a thread of its own and counts how often; a fault in passing is none of a failure. */
    private static CompletableFuture<Long> accessUntil(
            AtomicBoolean stop, CountDownLatch busy, PciDevice card, Runnable access) {
        CompletableFuture<Long> result = new CompletableFuture<>();
        Thread.ofPlatform().start(() -> {
            try {
                long accesses = 0;
                while (!stop.get()) {
                    try {
                        card.guard(access);
                        accesses++;
                        busy.countDown();
                    } catch (MmioFaultException inPassing) {
                        Thread.onSpinWait();
                    }
                }
                result.complete(accesses);
            } catch (RuntimeException | Error e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }
}
