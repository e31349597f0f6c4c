// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import io.jvfio.device.DeviceGoneException;
import io.jvfio.interrupt.InterruptType;
import io.jvfio.interrupt.Interrupts;
import io.jvfio.mmio.Field;
import io.jvfio.mmio.Mmio;
import io.jvfio.mmio.Register32;
import io.jvfio.pci.config.PciRegisters;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class GuardTest {
    private final PciFixture fixture = new PciFixture();
    private final FakeDevice fake = fixture.fake;
    private final FakeRegion region = fake.bar(0, 0x2000, 0xc, PciFixture.all(0x1000));

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void code_that_goes_well_gives_its_result_for_one_access_to_config_space() {
        try (PciDevice device = fixture.open()) {
            int before = fake.config.reads;
            assertThat(device.guard(() -> device.bar(0).size())).isEqualTo(0x2000);
            assertThat(fake.config.reads - before).isLessThanOrEqualTo(2);
            AtomicInteger runs = new AtomicInteger();
            before = fake.config.reads;
            device.guard(() -> {
                runs.incrementAndGet();
            });
            assertThat(runs).hasValue(1);
            assertThat(fake.config.reads - before).isEqualTo(1);
        }
    }

    @Test
    void other_failures_of_the_code_pass_unchanged() {
        try (PciDevice device = fixture.open()) {
            ArithmeticException own = new ArithmeticException();
            assertThatThrownBy(() -> device.guard(() -> {
                        throw own;
                    }))
                    .isSameAs(own);
            AssertionError error = new AssertionError();
            assertThatThrownBy(() -> device.guard(() -> {
                        throw error;
                    }))
                    .isSameAs(error);
            InternalError internal = new InternalError("something else");
            assertThatThrownBy(() -> device.guard(() -> {
                        throw internal;
                    }))
                    .isSameAs(internal);
            IllegalStateException state = new IllegalStateException();
            assertThatThrownBy(() -> device.guard(() -> {
                        throw state;
                    }))
                    .isSameAs(state);
            VfioException busy = VfioException.of("read", Errno.EBUSY, "x");
            assertThatThrownBy(() -> device.guard(() -> {
                        throw busy;
                    }))
                    .isSameAs(busy);
        }
    }

    @Test
    void a_fault_with_decoding_off_says_so_and_is_over_when_it_is_on_again() {
        try (PciDevice device = fixture.open()) {
            Mmio mmio = device.bar(0).mmio();
            region.vanish();
            fake.config.put(PciRegisters.COMMAND, 2, 0);
            assertThatThrownBy(() -> device.guard(() -> mmio.read32(0)))
                    .isInstanceOf(MmioFaultException.class)
                    .hasMessageContaining("0000:01:00.0")
                    .hasMessageContaining("enableMemory")
                    .hasCauseInstanceOf(InternalError.class)
                    .asInstanceOf(InstanceOfAssertFactories.type(MmioFaultException.class))
                    .extracting(MmioFaultException::reason)
                    .isEqualTo(MmioFaultException.Reason.DECODING_OFF);
            region.comeBack();
            device.enableMemory();
            device.guard(() -> mmio.write32(0, 77));
            assertThat(device.guard(() -> mmio.read32(0))).isEqualTo(77);
            assertThat(device.state()).isEqualTo(DeviceState.OPEN);
        }
    }

    @Test
    void a_fault_during_sleep_says_so() {
        try (PciDevice device = fixture.open()) {
            Mmio mmio = device.bar(0).mmio();
            device.power(PowerState.D3HOT);
            region.vanish();
            assertThatThrownBy(() -> device.guard(() -> mmio.write32(0, 1)))
                    .asInstanceOf(InstanceOfAssertFactories.type(MmioFaultException.class))
                    .extracting(MmioFaultException::reason)
                    .isEqualTo(MmioFaultException.Reason.LOW_POWER);
        }
    }

    @Test
    void a_fault_of_a_device_that_answers_again_says_so() {
        try (PciDevice device = fixture.open()) {
            Mmio mmio = device.bar(0).mmio();
            region.vanish();
            assertThatThrownBy(() -> device.guard(() -> mmio.write32(0, 1)))
                    .asInstanceOf(InstanceOfAssertFactories.type(MmioFaultException.class))
                    .extracting(MmioFaultException::reason)
                    .isEqualTo(MmioFaultException.Reason.PASSED);
        }
    }

    @Test
    void a_fault_of_a_device_that_does_not_answer_means_gone_and_ends_waits() {
        try (PciDevice device = fixture.open();
                Interrupts msi = device.interrupts().enable(InterruptType.MSI, 1)) {
            Mmio mmio = device.bar(0).mmio();
            region.vanish();
            fake.silent = true;
            assertThatThrownBy(() -> device.guard(() -> mmio.read32(0)))
                    .isInstanceOf(DeviceGoneException.class)
                    .hasMessageContaining("0000:01:00.0");
            assertThat(device.state()).isEqualTo(DeviceState.GONE);
            assertThatThrownBy(() -> msi.await(0, Duration.ofSeconds(30))).isInstanceOf(DeviceGoneException.class);
        }
    }

    @Test
    void a_device_that_reads_as_all_ones_is_gone_without_a_fault() {
        try (PciDevice device = fixture.open()) {
            fake.silent = true;
            assertThatThrownBy(() -> device.guard(() -> 1)).isInstanceOf(DeviceGoneException.class);
        }
    }

    @Test
    void enodev_from_the_carrier_means_gone() {
        try (PciDevice device = fixture.open()) {
            Mmio mmio = device.bar(0).mmio();
            fake.errno = Errno.ENODEV;
            assertThatThrownBy(() -> device.guard(() -> mmio.read32(0x1000))).isInstanceOf(DeviceGoneException.class);
            assertThat(device.state()).isEqualTo(DeviceState.GONE);
        }
    }

    @Test
    void eio_means_gone_if_config_space_fails_too_and_else_what_it_says() {
        try (PciDevice device = fixture.open()) {
            VfioException eio = VfioException.of("pread", Errno.EIO, "x");
            Runnable failing = () -> {
                throw eio;
            };
            assertThatThrownBy(() -> device.guard(failing)).isSameAs(eio);
            fake.config.put(PciRegisters.COMMAND, 2, 0);
            assertThatThrownBy(() -> device.guard(failing))
                    .isInstanceOf(MmioFaultException.class)
                    .hasCause(eio);
            fake.config.put(PciRegisters.COMMAND, 2, 3);
            fake.errno = Errno.EIO;
            assertThatThrownBy(() -> device.guard(failing)).isInstanceOf(DeviceGoneException.class);
        }
    }

    @Test
    void what_follows_from_values_read_after_a_fault_is_reported_as_the_fault() {
        try (PciDevice device = fixture.open()) {
            Mmio mmio = device.bar(0).mmio();
            region.vanish();
            // Caught by the code itself, so that only the later failure is left: as it looks when compiled code is
            // late.
            assertThatThrownBy(() -> device.guard(() -> {
                        fake.silent = true;
                        throw new ArrayIndexOutOfBoundsException("from a wrong value of " + mmio.size());
                    }))
                    .isInstanceOf(DeviceGoneException.class)
                    .satisfies(gone -> assertThat(gone.getSuppressed())
                            .hasSize(1)
                            .hasOnlyElementsOfType(ArrayIndexOutOfBoundsException.class));
        }
    }

    @Test
    void a_fault_in_a_field_wait_and_in_bulk_access_is_explained_without_a_guard_of_the_caller() {
        try (PciDevice device = fixture.open()) {
            Mmio mmio = device.bar(0).mmio();
            BarMemory memory = device.bar(0).memory();
            region.vanish();
            assertThatThrownBy(() -> mmio.awaitField(Register32.at(0), Field.bit(0), 1, Duration.ofSeconds(20)))
                    .isInstanceOf(MmioFaultException.class);
            assertThatThrownBy(() -> memory.read(0, MemorySegment.ofArray(new byte[0x800])))
                    .isInstanceOf(MmioFaultException.class);
            assertThatThrownBy(() -> memory.write(0, MemorySegment.ofArray(new byte[0x800])))
                    .isInstanceOf(MmioFaultException.class);
        }
    }

    @Test
    void guards_nest_and_the_inner_explanation_stays() {
        try (PciDevice device = fixture.open()) {
            Mmio mmio = device.bar(0).mmio();
            region.vanish();
            assertThatThrownBy(() -> device.guard(() -> device.guard(() -> mmio.read32(0))))
                    .isInstanceOf(MmioFaultException.class);
        }
    }

    @Test
    void a_device_closed_by_its_user_under_guarded_code_is_closed_not_gone() {
        PciDevice device = fixture.open();
        Mmio mmio = device.bar(0).mmio();
        assertThatThrownBy(() -> device.guard(() -> {
                    device.close();
                    return mmio.read32(0);
                }))
                .isInstanceOf(IllegalStateException.class);
        assertThatCode(device::close).doesNotThrowAnyException();
    }
}
