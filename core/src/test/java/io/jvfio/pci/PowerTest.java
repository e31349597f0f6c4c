// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.VfioException;
import io.jvfio.mmio.RegisterPort;
import io.jvfio.pci.config.PciRegisters;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PowerTest {
    private static final int CONTROL = PciFixture.PM + PciRegisters.POWER_CONTROL;

    private final PciFixture fixture = new PciFixture();
    private final FakeDevice fake = fixture.fake;

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void the_states_are_those_that_the_capability_lists() {
        try (PciDevice device = fixture.open()) {
            assertThat(device.powerStates()).containsExactly(PowerState.D0, PowerState.D2, PowerState.D3HOT);
            fake.config.put(PciFixture.PM + 2, 2, PciRegisters.POWER_D1_SUPPORT);
            assertThat(device.powerStates()).containsExactly(PowerState.D0, PowerState.D1, PowerState.D3HOT);
        }
    }

    @Test
    void without_the_capability_a_function_is_always_in_d0() {
        fake.config.put(PciRegisters.CAPABILITIES, 1, PciFixture.MSI);
        try (PciDevice device = fixture.open()) {
            assertThat(device.powerStates()).containsExactly(PowerState.D0);
            assertThat(device.powerState()).isEqualTo(PowerState.D0);
            device.power(PowerState.D0);
            assertThatThrownBy(() -> device.power(PowerState.D3HOT))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("0000:01:00.0 has no power state D3HOT");
        }
    }

    @Test
    void a_change_keeps_the_other_bits_does_not_clear_pme_status_and_takes_its_time() {
        try (PciDevice device = fixture.open()) {
            fake.config.put(CONTROL, 2, 0x8108);
            long start = System.nanoTime();
            device.power(PowerState.D3HOT);
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(10_000_000);
            assertThat(fake.config.read(CONTROL, 2)).isEqualTo(0x010b);
            assertThat(device.powerState()).isEqualTo(PowerState.D3HOT);
        }
    }

    @Test
    void an_interrupted_thread_waits_all_the_same_and_stays_interrupted() {
        try (PciDevice device = fixture.open()) {
            Thread.currentThread().interrupt();
            long start = System.nanoTime();
            device.power(PowerState.D3HOT);
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(10_000_000);
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void waking_restores_the_command_register_that_the_sleep_has_cleared() {
        try (PciDevice device = fixture.open()) {
            device.enableBusMaster();
            device.power(PowerState.D3HOT);
            fake.config.put(PciRegisters.COMMAND, 2, 0);
            device.power(PowerState.D0);
            assertThat(device.config().read16(PciRegisters.COMMAND)).isEqualTo(0x7);
        }
    }

    @Test
    void a_reset_during_sleep_forgets_what_was_before() {
        try (PciDevice device = fixture.open()) {
            device.enableBusMaster();
            device.power(PowerState.D3HOT);
            device.reset();
            device.power(PowerState.D0);
            assertThat(device.config().read16(PciRegisters.COMMAND)).isEqualTo(0x3);
        }
    }

    @Test
    void a_sleeping_function_goes_to_a_lighter_sleep_through_d0_only() {
        try (PciDevice device = fixture.open()) {
            device.power(PowerState.D3HOT);
            assertThatThrownBy(() -> device.power(PowerState.D2))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("0000:01:00.0 cannot go from D3HOT to D2 but through D0");
            assertThatThrownBy(() -> device.power(PowerState.D1)).isInstanceOf(IllegalArgumentException.class);
            device.power(PowerState.D0);
            device.power(PowerState.D2);
            device.power(PowerState.D3HOT);
            assertThat(device.powerState()).isEqualTo(PowerState.D3HOT);
        }
    }

    @Test
    void a_function_that_does_not_follow_is_told() {
        ConfigBytes bytes = fake.config;
        RegisterPort stuck = new RegisterPort() {
            @Override
            public long read(long offset, int width) {
                return bytes.read(offset, width);
            }

            @Override
            public void write(long offset, int width, long value) {
                // The function ignores it.
            }
        };
        PowerControl power = new PowerControl(ConfigSpace.of(stuck, 4096, "stuck"), "stuck");
        assertThatThrownBy(() -> power.change(PowerState.D3HOT))
                .isInstanceOf(VfioException.class)
                .hasMessageContaining("stuck: from D0 to D3HOT");
    }
}
