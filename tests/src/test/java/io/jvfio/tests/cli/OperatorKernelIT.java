// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.tests.lab.AccessMode;
import io.jvfio.tests.lab.LabDevices;
import io.jvfio.tests.lab.LabDrivers;
import io.jvfio.tests.lab.LabFacts;
import io.jvfio.tests.lab.LabParts;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What an operator asks of the host, and does to whole devices. */
@Tag(LabParts.NEEDS_IGB)
final class OperatorKernelIT {
    private static final int REFUSED = 2;
    private static final int FAILED_AND_UNDONE = 4;

    @BeforeEach
    void allowVirtualFunctions() throws IOException {
        LabDrivers.allowVirtualFunctions(true);
    }

    @AfterEach
    void removeVirtualFunctions() throws IOException {
        assertThat(Command.run("vf", "remove", LabDevices.IGB).code()).isZero();
        LabDrivers.allowVirtualFunctions(true);
    }

    @Test
    void the_tree_shows_what_is_behind_the_root_ports() {
        assertThat(Command.run("list", "--tree").lines())
                .anySatisfy(line -> assertThat(line).startsWith(LabDevices.ROOT_PORT))
                .anySatisfy(line -> assertThat(line).startsWith("  " + LabDevices.IGB));
    }

    @Test
    @Tag(LabParts.NEEDS_GROUP)
    void the_tree_shows_what_is_behind_a_pci_bridge() {
        assertThat(Command.run("list", "--tree").lines())
                .anySatisfy(line -> assertThat(line).startsWith(LabDevices.GROUP_BRIDGE))
                .anySatisfy(line -> assertThat(line).startsWith("  " + LabDevices.GROUPED_EDU));
    }

    @Test
    @Tag(LabParts.NEEDS_GROUP)
    @Tag(LabParts.NEEDS_NO_IOMMU)
    void the_groups_show_who_is_together() {
        assertThat(Command.run("list", "--groups").lines())
                .anySatisfy(line ->
                        assertThat(line).containsPattern("viable +" + LabDevices.GROUPED_RNG + " +vfio-pci +vfio$"))
                .anySatisfy(line -> assertThat(line).containsPattern("unsafe +" + LabDevices.NO_IOMMU));
    }

    @Test
    void doctor_finds_this_host_ready() {
        Command doctor = Command.run("doctor");

        assertThat(doctor.out())
                .contains(
                        LabFacts.fact("iommu.title"),
                        "ok       interrupts: " + LabFacts.fact("iommu.remapping"),
                        "/dev/iommu can be opened",
                        "/dev/vfio/vfio can be opened",
                        "pages of 2 MiB are free")
                .contains("unsafe no-IOMMU mode is on")
                .endsWith("ready: this user can use VFIO devices");
        assertThat(doctor.code()).isZero();
        assertThat(Command.run("doctor", "--json").out())
                .startsWith("{\"schema\":1,\"command\":\"doctor\",\"ready\":true");
    }

    @Test
    void doctor_judges_for_a_user_who_owns_nothing() {
        Command doctor = Command.run("doctor", "--user", "12345");

        assertThat(doctor.lines())
                .anySatisfy(line -> assertThat(line).startsWith("note     user: 12345 (uid 12345, in no group)"))
                .anySatisfy(line -> assertThat(line)
                        .startsWith("problem  devices: " + LabDevices.IGB + " cannot be opened: user 12345"))
                .contains("not ready: see the problems above");
        assertThat(doctor.code()).isEqualTo(1);
    }

    @Test
    void is_vfio_tells_a_bridge_from_an_endpoint() {
        assertThat(Command.run("is-vfio", LabDevices.EDU).code()).isZero();
        assertThat(Command.run("is-vfio", "mdev:" + LabDevices.MTTY).code()).isZero();
        assertThat(Command.run("is-vfio", LabDevices.ROOT_PORT).code()).isEqualTo(1);
    }

    @Test
    @Tag(LabParts.NEEDS_GROUP)
    void the_rules_of_udev_name_the_companions_of_a_group() {
        assertThat(Command.run("udev", LabDevices.GROUPED_EDU, "--group", "vfio")
                        .out())
                .contains("node: " + LabDevices.GROUPED_TESTDEV + ", " + LabDevices.GROUPED_RNG)
                .contains("KERNELS==\"" + LabDevices.GROUPED_EDU + "\", GROUP=\"vfio\"");
    }

    @Test
    void virtual_functions_are_created_and_removed() throws IOException {
        Command create = Command.run("vf", "create", LabDevices.IGB, "2");

        assertThat(create.err()).isEmpty();
        assertThat(create.lines())
                .hasSize(3)
                .anySatisfy(line ->
                        assertThat(line).startsWith(LabDevices.IGB_SECOND_VF).contains("vfio-pci"));
        assertThat(Command.run("vf", "create", LabDevices.IGB, "1").code()).isEqualTo(REFUSED);
        assertThat(Command.run("vf", "remove", LabDevices.IGB).out())
                .isEqualTo(LabDevices.IGB + ": 2 virtual functions removed");
        LabDrivers.allowVirtualFunctions(false);
        Command impossible = Command.run("vf", "create", LabDevices.IGB, "1");
        assertThat(impossible.code()).isEqualTo(FAILED_AND_UNDONE);
        assertThat(impossible.err()).contains("ENOENT", "enable_sriov");
    }

    @ParameterizedTest(name = "[mode={0}]")
    @EnumSource(names = {"TYPE1V2", "IOMMUFD"})
    void a_hot_reset_is_told_before_it_is_done(AccessMode mode) {
        Command dry = Command.run("--iommu", mode.toString(), "reset", "--hot", "--dry-run", LabDevices.IGB);
        assertThat(dry.code()).isZero();
        assertThat(dry.out())
                .containsPattern(LabDevices.IGB + " +vfio-pci +ours")
                .endsWith("nothing is in the way");

        Command done = Command.run("--iommu", mode.toString(), "reset", "--hot", LabDevices.IGB);
        assertThat(done.code()).isZero();
        assertThat(done.out()).contains("and its bus were reset in ");
    }

    @ParameterizedTest(name = "[mode={0}]")
    @EnumSource(names = {"TYPE1V2", "IOMMUFD"})
    @Tag(LabParts.NEEDS_GROUP)
    void a_hot_reset_of_a_whole_group_is_told(AccessMode mode) {
        Command dry = Command.run("--iommu", mode.toString(), "reset", "--hot", "--dry-run", LabDevices.GROUPED_EDU);
        assertThat(dry.code()).isZero();
        assertThat(dry.out())
                .containsPattern(LabDevices.GROUPED_RNG + " +vfio-pci +ours")
                .endsWith("nothing is in the way");
    }

    @Test
    void a_hot_reset_with_somebody_in_the_way_is_refused_by_name() {
        Command.run("vf", "create", LabDevices.IGB, "1");

        Command refused = Command.run("reset", "--hot", LabDevices.IGB);

        assertThat(refused.code()).isEqualTo(REFUSED);
        assertThat(refused.err())
                .contains(LabDevices.IGB_FIRST_VF + " is a virtual function")
                .hasLineCount(1);
        assertThat(Command.run("reset", "--hot", "--dry-run", "--json", LabDevices.IGB)
                        .out())
                .contains("\"permitted\":false", "\"owner\":\"virtual-function\"");
    }

    @ParameterizedTest
    @CsvSource({LabDevices.IGB + ",bus,0", LabDevices.IGB + ",af_flr,1", LabDevices.EDU + ",flr,1"})
    void a_reset_method_is_used_if_the_function_has_it(String device, String method, int code) {
        String before = Command.run("reset", "--dry-run", device).out();

        Command reset = Command.run("reset", "--method", method, device);

        assertThat(reset.code()).as(reset.err()).isEqualTo(code);
        assertThat(Command.run("reset", "--dry-run", device).out()).isEqualTo(before);
    }
}
