// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.bind;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.Vfio;
import io.jvfio.cli.Jvfio;
import io.jvfio.pci.PciDevice;
import io.jvfio.tests.lab.LabDevices;
import io.jvfio.tests.lab.LabDrivers;
import io.jvfio.tests.lab.LabFacts;
import io.jvfio.tests.lab.LabParts;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The commands on functions that have their real drivers. */
final class BindKernelIT {
    private static final Path JOURNALS = Path.of("/run/jvfio/journal");

    private final List<AutoCloseable> toClose = new ArrayList<>();
    private String out = "";
    private String err = "";

    @AfterEach
    void putBack() throws Exception {
        for (AutoCloseable one : toClose.reversed()) {
            one.close();
        }
        if (Files.isDirectory(JOURNALS)) {
            try (var journals = Files.list(JOURNALS)) {
                for (Path journal : journals.toList()) {
                    Files.delete(journal);
                }
            }
        }
    }

    static Stream<Arguments> functionsWithDrivers() {
        return Stream.of("nvme", "e1000e", "igb")
                .filter(driver -> LabFacts.find("function." + driver).isPresent())
                .map(driver -> Arguments.of(driver, LabDevices.named(driver)));
    }

    private HostDriver give(String driver, String address) throws IOException {
        HostDriver given = HostDriver.give(driver, address);
        toClose.add(given);
        return given;
    }

    private int jvfio(String... args) {
        StringWriter outText = new StringWriter();
        StringWriter errText = new StringWriter();
        int code = Jvfio.run(new PrintWriter(outText), new PrintWriter(errText), args);
        out = outText.toString().strip();
        err = errText.toString().strip();
        return code;
    }

    @ParameterizedTest
    @MethodSource("functionsWithDrivers")
    void a_function_goes_to_vfio_and_back_to_its_driver(String driver, String address) throws IOException {
        HostDriver function = give(driver, address);
        String before = function.state();

        assertThat(jvfio("bind", address)).as(err).isZero();
        assertThat(out).startsWith(address + ": " + driver + " -> vfio-pci");
        assertThat(function.state()).isEqualTo("vfio-pci vfio-pci");
        try (PciDevice open = Vfio.open(address)) {
            assertThat(jvfio("release", address)).isEqualTo(2);
            assertThat(err)
                    .contains(
                            "REFUSED_U14", "process " + ProcessHandle.current().pid());
            assertThat(open.toString()).isNotEmpty();
        }
        assertThat(jvfio("bind", address)).isZero();
        assertThat(out).contains("already");
        assertThat(jvfio("release", address, "--json")).as(err).isZero();
        assertThat(out).contains("\"from\":\"vfio-pci\"", "\"to\":\"" + driver + "\"");
        assertThat(function.state()).isEqualTo(before);
    }

    @Test
    @Tag(LabParts.NEEDS_IGB)
    void a_virtual_function_of_igb_goes_to_vfio_and_back_to_igbvf() throws IOException {
        give("igb", LabDevices.IGB);
        HostDriver.shell("modprobe igbvf; echo 1 > /sys/bus/pci/devices/" + LabDevices.IGB + "/sriov_numvfs");
        toClose.add(() -> HostDriver.shell("echo 0 > /sys/bus/pci/devices/" + LabDevices.IGB + "/sriov_numvfs"));
        String address = LabDevices.IGB_FIRST_VF;
        Path driver = Path.of("/sys/bus/pci/devices", address, "driver");
        assertThat(Files.readSymbolicLink(driver).getFileName()).hasToString("igbvf");

        assertThat(jvfio("bind", LabDevices.IGB)).isEqualTo(2);
        assertThat(err).contains("REFUSED_U6", "1 virtual function");
        assertThat(jvfio("bind", address)).as(err).isZero();
        assertThat(Files.readSymbolicLink(driver).getFileName()).hasToString("vfio-pci");
        assertThat(jvfio("release", address)).as(err).isZero();
        assertThat(Files.readSymbolicLink(driver).getFileName()).hasToString("igbvf");
    }

    @Test
    void a_disk_with_a_mounted_file_system_is_refused_until_it_is_unmounted() throws IOException {
        HostDriver nvme = give("nvme", LabDevices.NVME);
        Path mount = Files.createTempDirectory("jvfio-mount");
        HostDriver.shell(
                "PATH=$PATH:/usr/sbin:/sbin; until [ -b /dev/nvme0n1 ]; do :; done; mkfs.ext4 -q /dev/nvme0n1 && mount /dev/nvme0n1 "
                        + mount);
        try {
            assertThat(jvfio("bind", LabDevices.NVME)).isEqualTo(2);
            assertThat(err).contains("REFUSED_U1", "/dev/nvme0n1 is mounted at " + mount, "--force=U1");
            assertThat(nvme.state()).isEqualTo("nvme (null)");
        } finally {
            HostDriver.shell("umount " + mount);
        }
        assertThat(jvfio("bind", LabDevices.NVME, "--strict")).isEqualTo(2);
        assertThat(err).contains("REFUSED_U2", "ext2/3/4");
        assertThat(jvfio("bind", LabDevices.NVME)).as(err).isZero();
        assertThat(jvfio("release", LabDevices.NVME)).as(err).isZero();
    }

    @Test
    void an_interface_that_is_up_is_refused_unless_forced() throws IOException {
        HostDriver nic = give("e1000e", LabDevices.E1000E);
        String name = nic.networkInterface();
        HostDriver.shell("ifconfig " + name + " up");

        assertThat(jvfio("bind", LabDevices.E1000E)).isEqualTo(2);
        assertThat(err).contains("REFUSED_U3", name + " is up");
        assertThat(nic.state()).isEqualTo("e1000e (null)");
        assertThat(jvfio("bind", LabDevices.E1000E, "--force=U3")).as(err).isZero();
        assertThat(jvfio("release", LabDevices.E1000E)).as(err).isZero();
        assertThat(nic.driver()).isEqualTo("e1000e");
    }

    @Test
    void a_driver_without_vfio_is_taken_off_again() throws IOException {
        HostDriver nvme = give("nvme", LabDevices.NVME);
        HostDriver.shell("modprobe igbvf");

        assertThat(jvfio("bind", LabDevices.NVME, "--driver", "igbvf", "--json"))
                .isIn(4, 6);
        assertThat(out).contains("\"error\"");
        assertThat(nvme.state()).isEqualTo("nvme (null)");
    }

    @Test
    @Tag(LabParts.NEEDS_GROUP)
    void a_group_goes_back_to_the_host_together() throws IOException {
        List<String> group = List.of(LabDevices.GROUPED_EDU, LabDevices.GROUPED_TESTDEV, LabDevices.GROUPED_RNG);
        for (String address : group) {
            toClose.add(() -> LabDrivers.bind(address, "vfio-pci"));
        }

        assertThat(jvfio("release", LabDevices.GROUPED_EDU, "--whole-group"))
                .as(err)
                .isZero();
        assertThat(out.lines())
                .containsExactly(
                        LabDevices.GROUPED_EDU + ": vfio-pci -> no driver",
                        LabDevices.GROUPED_TESTDEV + ": vfio-pci -> no driver",
                        LabDevices.GROUPED_RNG + ": vfio-pci -> virtio-pci");
        assertThat(jvfio("bind", LabDevices.GROUPED_EDU, "--whole-group"))
                .as(err)
                .isZero();
        assertThat(out).contains(LabDevices.GROUPED_RNG + ": virtio-pci -> vfio-pci");
        assertThat(jvfio("release", LabDevices.GROUPED_EDU, "--whole-group", "--json"))
                .as(err)
                .isZero();
        assertThat(out).contains("\"to\":null", "\"to\":\"virtio-pci\"");
    }

    /** As after a start: what lasts is there, and no journal is. */
    @Test
    void a_release_ends_what_lasts_without_a_journal() throws IOException {
        HostDriver nvme = give("nvme", LabDevices.NVME);
        Path unit = Path.of("/etc/systemd/system/jvfio-bind-" + LabDevices.NVME.replace(':', '-') + ".service");

        assertThat(jvfio("bind", LabDevices.NVME, "--persist")).as(err).isZero();
        assertThat(unit).isRegularFile();
        Files.delete(JOURNALS.resolve("pci-" + LabDevices.NVME));
        assertThat(jvfio("release", LabDevices.NVME)).as(err).isZero();

        assertThat(out).contains(unit + " is removed");
        assertThat(unit).doesNotExist();
        assertThat(unit.resolveSibling("sysinit.target.wants").resolve(unit.getFileName()))
                .doesNotExist();
        assertThat(nvme.state()).isEqualTo("nvme (null)");
    }

    @Test
    void a_dry_run_prints_lines_and_changes_nothing() throws IOException {
        HostDriver nvme = give("nvme", LabDevices.NVME);

        assertThat(jvfio("bind", LabDevices.NVME, "--dry-run")).as(err).isZero();
        assertThat(out).contains("echo vfio-pci > /sys/bus/pci/devices/" + LabDevices.NVME + "/driver_override");
        assertThat(nvme.state()).isEqualTo("nvme (null)");
        HostDriver.shell(out);
        assertThat(nvme.state()).isEqualTo("vfio-pci vfio-pci");
    }
}
