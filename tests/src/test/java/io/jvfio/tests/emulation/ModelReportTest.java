// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.emulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.device.RegionType;
import io.jvfio.emulation.EmulatedDevice;
import io.jvfio.emulation.EmulationOptions;
import io.jvfio.emulation.FaultPlan;
import io.jvfio.emulation.ModelReport;
import io.jvfio.emulation.ModelReport.Missing;
import io.jvfio.emulation.ModelReport.Spin;
import io.jvfio.emulation.RegisterMap;
import io.jvfio.mmio.RegisterPort;
import io.jvfio.variant.RegionOps;
import java.lang.foreign.Arena;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What a model says it lacks. */
final class ModelReportTest extends ModelFixture {
    private EmulatedDevice watched(String locator) {
        EmulatedDevice device = closing(
                EmulatedDevice.open(locator, EmulationOptions.stepped(clock).withDiagnostics(true)));
        device.writeRegister(CONFIG, COMMAND, 2, 2);
        return device;
    }

    private static ModelReport report(EmulatedDevice device) {
        return device.report().orElseThrow();
    }

    private void poll(EmulatedDevice device, long offset, int times, Duration every) {
        for (int i = 0; i < times; i++) {
            device.readRegister(0, offset, 4);
            clock.advance(every);
        }
    }

    @Test
    void there_is_no_report_unless_asked_for() {
        assertThat(open("edu").report()).isEmpty();
        assertThat(report(watched("edu")).isEmpty()).isTrue();
        assertThat(report(closing(EmulatedDevice.open("edu?diagnostics=on", EmulationOptions.defaults())))
                        .isEmpty())
                .isTrue();
    }

    @Test
    void accesses_are_told_by_place_width_and_direction() {
        EmulatedDevice edu = watched("edu");
        edu.readRegister(0, 0, 4);
        edu.writeRegister(0, 0x80, 8, 1);
        edu.readRegister(0, 0x80, 4);
        assertThat(report(edu).isEmpty()).isTrue();
        edu.readRegister(0, 0x30, 4);
        edu.readRegister(0, 0x30, 4);
        edu.writeRegister(0, 0x30, 4, 1);
        edu.readRegister(0, 0, 8);
        edu.writeRegister(0, 0, 4, 1);
        edu.readRegister(0, 0x84, 4);
        assertThat(report(edu).missing())
                .containsExactly(
                        new Missing(0, 0, 4, true, "IDENTIFICATION", 1),
                        new Missing(0, 0, 8, false, "IDENTIFICATION", 1),
                        new Missing(0, 0x30, 4, false, null, 2),
                        new Missing(0, 0x30, 4, true, null, 1),
                        new Missing(0, 0x84, 4, false, "DMA_SOURCE", 1));
    }

    @Test
    void bytes_are_told_as_the_registers_that_they_are_moved_by() {
        EmulatedDevice edu = watched("edu");
        try (Arena arena = Arena.ofConfined()) {
            edu.read(0, 0x28, arena.allocate(8));
        }
        assertThat(report(edu).missing()).extracting(Missing::offset).contains(0x28L);
    }

    @Test
    void the_places_are_bounded() {
        EmulatedDevice edu = watched("edu");
        for (int offset = 0x1000; offset < 0x1000 + 5000 * 4; offset += 4) {
            edu.readRegister(0, offset, 4);
        }
        assertThat(report(edu).missing()).hasSize(4096);
        assertThat(report(edu).others()).isEqualTo(904);
    }

    @Test
    void what_the_framework_has_is_not_missing() {
        EmulatedDevice nvme = watched("nvme?size=1MiB&doorbells=mapped");
        nvme.readRegister(0, 0x1000, 4);
        nvme.readRegister(0, 0x2000, 4);
        nvme.readRegister(0, 0x3000, 4);
        assertThat(report(nvme).isEmpty()).isTrue();
        nvme.writeRegister(0, 0x14, 2, 0);
        nvme.readRegister(0, 0x0c, 4);
        assertThat(report(nvme).missing())
                .containsExactly(new Missing(0, 0x0c, 4, false, null, 1), new Missing(0, 0x14, 2, true, "CC", 1));
    }

    @Test
    void a_model_that_describes_nothing_says_so_and_is_watched_all_the_same() {
        EmulatedDevice full = watched("full");
        assertThat(report(full).undescribed()).contains(0);
        full.readRegister(0, FullModel.SCRATCH, 4);
        poll(full, FullModel.SCRATCH, 11, Duration.ofMillis(100));
        assertThat(report(full).missing()).isEmpty();
        assertThat(report(full).spins())
                .singleElement()
                .satisfies(spin -> assertThat(spin.register()).isNull());
    }

    @Test
    void a_register_on_which_a_client_spins_is_named() {
        EmulatedDevice edu = watched("edu");
        poll(edu, 0x20, 10, Duration.ofMillis(100));
        assertThat(report(edu).spins()).isEmpty();
        edu.readRegister(0, 0x20, 4);
        assertThat(report(edu).spins())
                .containsExactly(new Spin(0, 0x20, 4, "STATUS", 0, 11, Duration.ofSeconds(1), 1));
        clock.advance(Duration.ofSeconds(1));
        poll(edu, 0x20, 21, Duration.ofMillis(100));
        assertThat(report(edu).spins())
                .containsExactly(new Spin(0, 0x20, 4, "STATUS", 0, 21, Duration.ofSeconds(2), 2));
    }

    @Test
    void looking_now_and_then_is_no_spinning_and_neither_is_a_register_that_changes_or_is_written() {
        EmulatedDevice edu = watched("edu");
        poll(edu, 0x20, 20, Duration.ofMillis(251));
        for (int i = 0; i < 100; i++) {
            edu.writeRegister(0, 0x04, 4, i);
            poll(edu, 0x04, 1, Duration.ofMillis(100));
        }
        for (int i = 0; i < 10; i++) {
            poll(edu, 0x04, 9, Duration.ofMillis(100));
            edu.writeRegister(0, 0x04, 4, 1);
        }
        assertThat(report(edu).spins()).isEmpty();
    }

    @Test
    void a_client_is_seen_as_it_is_served_with_its_faults() {
        EmulatedDevice edu = closing(EmulatedDevice.open(
                "edu",
                EmulationOptions.stepped(clock).withDiagnostics(true).withFaults(FaultPlan.parse("drop:read:from=1"))));
        edu.writeRegister(CONFIG, COMMAND, 2, 2);
        poll(edu, 0, 11, Duration.ofMillis(100));
        assertThat(report(edu).spins())
                .singleElement()
                .satisfies(spin -> assertThat(spin.value()).isEqualTo(0xffff_ffffL));
    }

    @Test
    void config_space_is_looked_at_behind_the_header() {
        EmulatedDevice edu = watched("edu");
        for (int offset = 0; offset < 0x40; offset += 4) {
            edu.readRegister(CONFIG, offset, 4);
        }
        int msi = capability(edu, 5);
        edu.readRegister(CONFIG, msi, 4);
        edu.modifyRegister(CONFIG, msi + 2, 2, 1, 0);
        assertThat(report(edu).isEmpty()).isTrue();
        edu.readRegister(CONFIG, 0xe0, 2);
        edu.modifyRegister(CONFIG, 0xe4, 4, 1, 1);
        edu.writeRegister(CONFIG, 0xe8, 1, 1);
        assertThat(report(edu).missing())
                .containsExactly(
                        new Missing(CONFIG, 0xe0, 2, false, null, 1),
                        new Missing(CONFIG, 0xe4, 4, true, null, 1),
                        new Missing(CONFIG, 0xe8, 1, true, null, 1));
    }

    @Test
    void a_dump_of_config_space_asks_for_no_register_and_a_small_read_does() {
        EmulatedDevice full = watched("full");
        full.readRegister(CONFIG, 0x100, 4);
        try (Arena arena = Arena.ofConfined()) {
            full.read(CONFIG, 0, arena.allocate(4096));
            assertThat(report(full).isEmpty()).isTrue();
            full.read(CONFIG, 0x104, arena.allocate(4));
        }
        assertThat(report(full).missing()).containsExactly(new Missing(CONFIG, 0x104, 4, false, null, 1));
    }

    @Test
    void a_register_of_config_space_on_which_a_client_spins_is_named() {
        EmulatedDevice full = watched("full");
        int deviceControl = capability(full, 0x10) + 8;
        for (int i = 0; i < 11; i++) {
            full.readRegister(CONFIG, 0, 4); // whether it is there
            full.readRegister(CONFIG, COMMAND, 4);
            full.readRegister(CONFIG, capability(full, 1) + 4, 2);
            full.readRegister(CONFIG, deviceControl + 2, 2);
            clock.advance(Duration.ofMillis(100));
        }
        assertThat(report(full).spins())
                .filteredOn(spin -> spin.region() == CONFIG)
                .filteredOn(spin -> spin.offset() == deviceControl + 2)
                .singleElement()
                .satisfies(spin -> assertThat(spin.register()).isEqualTo("Express DevSta"));
        assertThat(report(full).spins()).noneMatch(spin -> spin.offset() < 0x40);
    }

    @Test
    void added_regions_are_looked_at() {
        RegisterMap ready = RegisterMap.NONE.with("READY", 0, 8, 4 | 8, 0);
        EmulatedDevice device = special(
                setup -> {
                    RegionOps registers = RegionOps.of(new Zeroes());
                    setup.described(setup.region(new RegionType(0x8000_1234, 1), 16, registers), ready);
                    setup.region(new RegionType(0x8000_1234, 2), 16, registers);
                    assertThatThrownBy(() -> setup.described(11, ready)).isInstanceOf(IllegalArgumentException.class);
                    assertThatThrownBy(() -> setup.described(0, ready)).isInstanceOf(IllegalArgumentException.class);
                },
                EmulationOptions.stepped(clock).withDiagnostics(true));
        device.readRegister(9, 0, 4);
        device.readRegister(9, 8, 4);
        device.writeRegister(9, 0, 4, 1);
        for (int i = 0; i < 11; i++, clock.advance(Duration.ofMillis(100))) {
            device.readRegister(10, 0, 4);
        }
        assertThat(report(device).undescribed()).containsExactly(10);
        assertThat(report(device).missing())
                .containsExactly(new Missing(9, 0, 4, true, "READY", 1), new Missing(9, 8, 4, false, null, 1));
        assertThat(report(device).spins())
                .singleElement()
                .satisfies(spin -> assertThat(spin.region()).isEqualTo(10));
    }

    @Test
    void registers_that_make_no_sense_are_refused() {
        RegisterMap one = RegisterMap.NONE.with("ONE", 4, 4, 4, 0);
        assertThatThrownBy(() -> one.with("TWO", 7, 4, 4, 4))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("TWO overlaps ONE");
        assertThatThrownBy(() -> one.with("TWO", -1, 4, 4, 4)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> one.with("TWO", 8, 0, 4, 4)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> one.with("TWO", 8, 4, 16, 4)).isInstanceOf(IllegalArgumentException.class);
        RegisterMap rest = one.withRest("REST", 0, 12, 0, 4);
        assertThatThrownBy(() -> rest.with("TWO", 11, 1, 4, 4)).hasMessageContaining("TWO overlaps REST");
        assertThat(rest.with("TWO", 12, 1, 4, 4).withRest("NONE", 0, 12, 4, 4).toString())
                .doesNotContain("NONE");
    }

    private static final class Zeroes implements RegisterPort {
        @Override
        public long read(long offset, int width) {
            return 0;
        }

        @Override
        public void write(long offset, int width, long value) {
            // It stays 0.
        }
    }
}
