// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.PciAddress;
import io.jvfio.binding.BindResult.Change;
import io.jvfio.binding.FakeMachine.Driver;
import io.jvfio.binding.FakeMachine.Killed;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Drivers that are bound at each start, and the end of that. */
class PersistenceTest {
    private static final PciAddress NVME = PciAddress.parse("0000:01:00.0");
    private static final PciAddress COMPANION = PciAddress.parse("0000:01:00.1");
    private static final String UNIT = "/etc/systemd/system/jvfio-bind-0000-01-00.0.service";
    private static final String DRIVERCTL_FILE = "/etc/driverctl.d/pci-0000:01:00.0";
    private static final BindRequest AUTO = BindRequest.auto();
    private static final BindOptions OPTIONS = BindOptions.defaults();
    private static final int GROUP = 7;

    private final FakeMachine machine = new FakeMachine();
    private final KernelDrivers drivers = machine.drivers();

    @BeforeEach
    void makeDevice() {
        machine.hostDriver("nvme");
        machine.device(NVME.toString(), Fixtures.NVME, GROUP, "nvme");
    }

    private void installDriverctl() {
        machine.texts.put("/usr/sbin/driverctl", "");
    }

    /** As a start of the host leaves it: what lasts has bound the function, and no journal knows of it. */
    private void startAnew() {
        machine.texts.keySet().removeIf(file -> file.startsWith("/run/"));
        machine.at(NVME).driver = "vfio-pci";
        machine.at(NVME).override = "vfio-pci";
    }

    private void assertNothingLasts(FakeMachine host) {
        assertThat(host.texts.keySet()).noneMatch(file -> file.startsWith("/etc/"));
        assertThat(host.links).isEmpty();
    }

    @Test
    void a_lasting_driver_is_a_unit_of_systemd_or_a_file_of_driverctl() {
        drivers.bind(NVME, AUTO, OPTIONS.withPersist());
        assertThat(machine.texts.get(UNIT))
                .contains("modprobe vfio_pci", "echo vfio-pci > /sys/bus/pci/devices/0000:01:00.0");
        assertThat(machine.links).hasSize(1);
        drivers.release(NVME, OPTIONS);
        assertNothingLasts(machine);

        installDriverctl();
        drivers.bind(NVME, AUTO, OPTIONS.withPersist());
        assertThat(machine.texts).containsEntry(DRIVERCTL_FILE, "vfio-pci\n").doesNotContainKey(UNIT);
        drivers.release(NVME, OPTIONS);
        assertNothingLasts(machine);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_lasting_driver_ends_with_a_release_after_a_start_too(boolean driverctl) {
        if (driverctl) {
            installDriverctl();
        }
        drivers.bind(NVME, AUTO, OPTIONS.withPersist());
        startAnew();
        List<String> steps = drivers.releaseSteps(NVME, OPTIONS);

        ReleaseResult result = drivers.release(NVME, OPTIONS);

        assertThat(result.changes()).containsExactly(new Change(NVME, "vfio-pci", "nvme"));
        assertThat(result.notes()).singleElement().asString().contains("is removed: no start of the host binds");
        assertThat(steps).last().asString().startsWith("rm -f /etc/");
        assertNothingLasts(machine);
        assertThat(drivers.release(NVME, OPTIONS).notes()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void what_would_bind_a_function_goes_though_no_vfio_driver_has_it_now(boolean driverctl) {
        if (driverctl) {
            installDriverctl();
        }
        drivers.bind(NVME, AUTO, OPTIONS.withPersist());
        startAnew();
        machine.at(NVME).driver = "nvme";
        machine.at(NVME).override = null;

        assertThat(drivers.release(NVME, OPTIONS).changes()).isEmpty();

        assertNothingLasts(machine);
    }

    @Test
    void a_choice_of_driverctl_for_the_host_is_not_ours_to_remove() {
        machine.texts.put(DRIVERCTL_FILE, "nvme\n");
        drivers.bind(NVME, AUTO, OPTIONS);

        assertThat(drivers.release(NVME, OPTIONS).notes()).isEmpty();
        assertThat(machine.texts).containsKey(DRIVERCTL_FILE);
    }

    @Test
    void a_whole_group_lasts_and_ends_together() {
        machine.device(COMPANION.toString(), Fixtures.CONNECTX_PF, GROUP, "nvme");
        drivers.bind(NVME, AUTO, OPTIONS.withWholeGroup().withPersist());
        assertThat(machine.links).hasSize(2);

        assertThat(drivers.release(NVME, OPTIONS.withWholeGroup()).notes()).hasSize(2);

        assertNothingLasts(machine);
    }

    @Test
    void a_unit_ends_when_driverctl_takes_over() {
        drivers.bind(NVME, AUTO, OPTIONS.withPersist());
        installDriverctl();
        machine.aliases.add("alias vfio_pci:v0000144Dd0000A80Asv*sd*bc*sc*i* acme_vfio");
        machine.module("acme_vfio", new Driver("acme-vfio", "acme_vfio", true));

        drivers.bind(NVME, AUTO.withRebind(), OPTIONS.withPersist());

        assertThat(machine.texts).containsEntry(DRIVERCTL_FILE, "acme-vfio\n").doesNotContainKey(UNIT);
        assertThat(machine.links).isEmpty();
        drivers.release(NVME, OPTIONS);
        assertNothingLasts(machine);
    }

    /** Killed before any effect of a release, the same command does it again, after recovering what it has begun. */
    @Test
    void no_release_that_is_killed_leaves_for_good_what_would_bind_again() {
        boolean finished = false;
        for (int effects = 0; !finished; effects++) {
            FakeMachine fresh = new FakeMachine();
            fresh.hostDriver("nvme");
            fresh.device(NVME.toString(), Fixtures.NVME, GROUP, "nvme");
            fresh.drivers().bind(NVME, AUTO, OPTIONS.withPersist());
            fresh.killAfter(effects);
            try {
                fresh.drivers().release(NVME, OPTIONS);
                finished = true;
            } catch (Killed killed) {
                fresh.restart();
                fresh.drivers().unfinished().forEach(address -> fresh.drivers().recover(address, OPTIONS));
                fresh.drivers().release(NVME, OPTIONS);
            }
            assertThat(fresh.at(NVME).driver)
                    .as("killed after %d effects", effects)
                    .isEqualTo("nvme");
            assertThat(fresh.texts.keySet()).noneMatch(file -> file.contains("journal"));
            assertNothingLasts(fresh);
            assertThat(effects).isLessThan(30);
        }
    }
}
