// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.bind;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.cli.Run;
import io.jvfio.cli.command.ExitCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What bind, release and recover tell, and how they end. Files stand for attributes here: a write is taken and nothing
 * follows from it, as where a kernel does not do what it was asked to.
 */
class ChangeCommandsTest {
    private static final String NIC = "0000:01:00.0";
    private static final String COMPANION = "0000:01:00.1";
    private static final String MODALIAS = "pci:v00008086d000010D3sv00008086sd00000000bc02sc00i00";
    private static final String DEVICE = "sys/bus/pci/devices/" + NIC + "/";
    private static final String OVERRIDE = DEVICE + "driver_override";
    private static final String JOURNAL = "run/jvfio/journal/pci-" + NIC;
    private static final int GROUP = 7;

    @TempDir
    Path root;

    private Run run;

    /** A network card on its host driver, its interface down, in a kernel with vfio-pci. */
    @BeforeEach
    void makeHost() {
        run = new Run(root);
        function(NIC);
        run.host.text("proc/sys/kernel/osrelease", "7.3.4\n");
        aliases("vfio_pci:v*d*sv*sd*bc*sc*i* vfio_pci");
        run.host.text("lib/modules/7.3.4/modules.builtin", "kernel/drivers/vfio/pci/vfio-pci.ko\n");
        run.host.text("sys/module/vfio_pci/drivers/pci:vfio-pci/uevent", "");
        run.host.link("sys/bus/pci/drivers/vfio-pci/module", "sys/module/vfio_pci");
        for (String file : List.of("drivers/vfio-pci/bind", "drivers/vfio-pci/unbind", "drivers/e1000e/unbind")) {
            run.host.text("sys/bus/pci/" + file, "");
        }
        run.host.text("sys/bus/pci/drivers_probe", "");
        run.host.text("sys/class/vfio-dev/uevent", "");
    }

    private void function(String address) {
        Path device = run.host.function(address, "8086:10D3", "20000");
        run.host.driver(device, "e1000e");
        run.host.group(device, GROUP);
        run.host.text("sys/bus/pci/devices/" + address + "/modalias", MODALIAS + "\n");
        run.host.text("sys/bus/pci/devices/" + address + "/driver_override", "(null)\n");
        run.host.text("sys/bus/pci/devices/" + address + "/reset_method", "flr\n");
    }

    private void aliases(String... lines) {
        StringBuilder text = new StringBuilder();
        for (String line : lines) {
            text.append("alias ").append(line).append('\n');
        }
        run.host.text("lib/modules/7.3.4/modules.alias", text.toString());
    }

    /** The function is on vfio-pci, and has a node. */
    private void bindToVfio() throws IOException {
        Files.delete(root.resolve(DEVICE + "driver"));
        run.host.link(DEVICE + "driver", "sys/bus/pci/drivers/vfio-pci");
        run.host.text(OVERRIDE, "vfio-pci\n");
        run.host.text(DEVICE + "vfio-dev/vfio3/uevent", "");
        run.host.text("dev/vfio/devices/vfio3", "");
    }

    /** The override takes any text and stays unset. */
    private void forgetOverrides() throws IOException {
        Files.delete(root.resolve(OVERRIDE));
        Files.createSymbolicLink(root.resolve(OVERRIDE), Path.of("/dev/null"));
    }

    private String read(String file) {
        try {
            return Files.readString(root.resolve(file)).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Map<?, ?> error() {
        return (Map<?, ?>) run.json().get("error");
    }

    private void assertUntouched() {
        assertThat(read(OVERRIDE)).isEqualTo("(null)");
        assertThat(read("sys/bus/pci/drivers/e1000e/unbind")).isEmpty();
        assertThat(root.resolve(JOURNAL)).doesNotExist();
    }

    @Test
    void a_dry_run_of_bind_is_a_script() {
        assertThat(run.execute("bind", NIC, "--dry-run")).isZero();
        assertThat(run.out.lines())
                .containsExactly(
                        "echo vfio-pci > /sys/bus/pci/devices/0000:01:00.0/driver_override",
                        "echo 0000:01:00.0 > /sys/bus/pci/drivers/e1000e/unbind",
                        "echo 0000:01:00.0 > /sys/bus/pci/drivers/vfio-pci/bind",
                        "test -d /sys/bus/pci/devices/0000:01:00.0/vfio-dev");
        assertThat(run.err).isEmpty();
        assertUntouched();

        assertThat(run.execute("bind", NIC, "--dry-run", "--json")).isZero();
        assertThat(run.json().get("command")).isEqualTo("bind");
        assertThat(run.json().get("dryRun")).isEqualTo(true);
        assertThat((List<?>) run.json().get("steps")).hasSize(4);
    }

    @Test
    void a_dry_run_of_a_group_has_all_its_functions() {
        function(COMPANION);

        assertThat(run.execute("bind", NIC, "--dry-run")).isZero();
        assertThat(run.out).doesNotContain(COMPANION);
        assertThat(run.execute("bind", NIC, "--dry-run", "--whole-group")).isZero();
        assertThat(run.out.lines()).hasSize(8).contains("echo 0000:01:00.1 > /sys/bus/pci/drivers/vfio-pci/bind");
    }

    @Test
    void a_dry_run_of_release_is_a_script_too() throws IOException {
        bindToVfio();
        run.host.text("etc/driverctl.d/pci-" + NIC, "vfio-pci\n");

        assertThat(run.execute("release", NIC, "--dry-run")).isZero();
        assertThat(run.out.lines())
                .containsExactly(
                        "echo  > /sys/bus/pci/devices/0000:01:00.0/driver_override",
                        "echo 0000:01:00.0 > /sys/bus/pci/drivers/vfio-pci/unbind",
                        "echo 0000:01:00.0 > /sys/bus/pci/drivers_probe",
                        "rm -f /etc/driverctl.d/pci-0000:01:00.0");
        assertThat(root.resolve("etc/driverctl.d/pci-" + NIC)).exists();
        assertThat(run.execute("release", NIC, "--dry-run", "--json")).isZero();
        assertThat((List<?>) run.json().get("steps")).hasSize(4);
    }

    @Test
    void a_refusal_names_its_row_and_touches_nothing() {
        run.host.text(DEVICE + "sriov_numvfs", "2\n");

        assertThat(run.execute("bind", NIC)).isEqualTo(ExitCode.REFUSED);
        assertThat(run.err)
                .startsWith("jvfio: REFUSED_U6: ")
                .contains("2 virtual functions", "hint: --force=U6 lifts it")
                .hasLineCount(1);
        assertThat(run.out).isEmpty();
        assertThat(run.execute("bind", NIC, "--json")).isEqualTo(ExitCode.REFUSED);
        assertThat(error().get("code")).isEqualTo("REFUSED_U6");
        assertThat(error().get("hint")).isEqualTo("--force=U6 lifts it");
        assertThat(run.execute("bind", NIC, "--dry-run")).isEqualTo(ExitCode.REFUSED);
        assertUntouched();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--force", "--force=U6", "--force=u6,U3"})
    void force_lifts_the_row_that_it_names_or_all(String flag) {
        run.host.text(DEVICE + "sriov_numvfs", "2\n");

        assertThat(run.execute("bind", NIC, flag, "--dry-run")).isZero();
        assertThat(run.execute("bind", NIC, "--force=U3", "--dry-run")).isEqualTo(ExitCode.REFUSED);
    }

    @Test
    void the_session_s_own_interface_needs_a_second_word() {
        run.host.text(DEVICE + "net/eth0/flags", "0x1003\n");
        run.host.link("sys/class/net/eth0", DEVICE + "net/eth0");
        run.host.text(
                "proc/net/route",
                "Iface Destination Gateway Flags RefCnt Use Metric Mask\neth0 0001A8C0 00000000 0001 0 0 0 00FFFFFF\n");
        run.variables.put("SSH_CONNECTION", "192.168.1.20 50000 192.168.1.2 22");

        assertThat(run.execute("bind", NIC)).isEqualTo(ExitCode.REFUSED);
        assertThat(run.execute("bind", NIC, "--force")).isEqualTo(ExitCode.REFUSED);
        assertThat(run.err).contains("REFUSED_U4", "carries this SSH session", "--force=U4 --yes-really");
        assertThat(run.execute("bind", NIC, "--force", "--yes-really", "--dry-run"))
                .isZero();
        assertThat(run.execute("bind", NIC, "--force=U3,U4", "--yes-really", "--dry-run"))
                .isZero();
        assertUntouched();
    }

    @Test
    void a_tie_is_an_error_until_somebody_decides() {
        aliases(
                "vfio_pci:v*d*sv*sd*bc*sc*i* vfio_pci",
                "vfio_pci:v00008086d000010D3sv*sd*bc*sc*i* acme_a",
                "vfio_pci:v00008086d000010D3sv*sd*bc*sc*i* acme_b");
        run.host.text("lib/modules/7.3.4/modules.dep", "extra/acme_a.ko:\nextra/acme_b.ko:\n");
        run.host.text("lib/modules/7.3.4/extra/acme_a.ko", "");
        run.host.text("lib/modules/7.3.4/extra/acme_b.ko", "");

        assertThat(run.execute("bind", NIC)).isEqualTo(ExitCode.AMBIGUOUS);
        assertThat(run.err).contains("AMBIGUOUS_VARIANT", "acme_a", "acme_b");
        assertThat(run.execute("bind", NIC, "--json")).isEqualTo(ExitCode.AMBIGUOUS);
        assertThat(error().get("code")).isEqualTo("AMBIGUOUS_VARIANT");
        assertThat(run.execute("bind", NIC, "--prefer", "acme_b", "--dry-run")).isZero();
        assertThat(run.out).contains("modprobe acme_b");
        assertThat(run.execute("bind", NIC, "--on-tie", "generic", "--dry-run")).isZero();
        assertThat(run.out).contains("echo vfio-pci");
        assertUntouched();
    }

    @Test
    void a_step_that_comes_to_nothing_is_taken_back() throws IOException {
        forgetOverrides();

        assertThat(run.execute("bind", NIC)).isEqualTo(ExitCode.ROLLED_BACK);
        assertThat(run.err)
                .startsWith("jvfio: STEP_FAILED: writing /sys/bus/pci/devices/0000:01:00.0/driver_override")
                .contains("nothing came of it; the override is not set")
                .hasLineCount(1);
        assertThat(root.resolve(JOURNAL)).doesNotExist();

        assertThat(run.execute("bind", NIC, "--json")).isEqualTo(ExitCode.ROLLED_BACK);
        assertThat(error().get("code")).isEqualTo("STEP_FAILED");
        assertThat(run.json().get("command")).isEqualTo("bind");
    }

    @Test
    void a_release_that_comes_to_nothing_is_taken_back() throws IOException {
        bindToVfio();
        forgetOverrides();

        assertThat(run.execute("release", NIC)).isEqualTo(ExitCode.ROLLED_BACK);
        assertThat(run.err).contains("STEP_FAILED", "vfio-pci is still bound").hasLineCount(1);
        assertThat(read("sys/bus/pci/drivers/vfio-pci/unbind")).isEqualTo(NIC);
        assertThat(root.resolve(JOURNAL)).doesNotExist();
    }

    @Test
    void two_at_a_time_exclude_each_other() throws IOException {
        Path file = Files.createDirectories(root.resolve("run/jvfio")).resolve("pci-" + NIC + ".lock");
        try (FileChannel other = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            assertThat(other.lock().isValid()).isTrue();

            assertThat(run.execute("bind", NIC)).isEqualTo(ExitCode.ROLLED_BACK);
            assertThat(run.err).contains("LOCKED: another jvfio changes 0000:01:00.0 now; hint: try again later");
        }
        assertUntouched();
    }

    @ParameterizedTest
    @CsvSource({
        "nothing_like_it,MODULE_FILE_MISSING",
        "acme_gone,MODULE_FILE_MISSING",
    })
    void a_driver_that_cannot_be_had_is_told(String driver, String code) {
        aliases("vfio_pci:v*d*sv*sd*bc*sc*i* vfio_pci", "vfio_pci:v00008086d000010D3sv*sd*bc*sc*i* acme_gone");

        assertThat(run.execute("bind", NIC, "--driver", driver)).isEqualTo(ExitCode.IMPOSSIBLE);
        assertThat(run.err).startsWith("jvfio: " + code).hasLineCount(1);
        assertUntouched();
    }

    @Test
    void a_kernel_that_loads_no_modules_is_told() {
        aliases("vfio_pci:v*d*sv*sd*bc*sc*i* vfio_pci", "vfio_pci:v00008086d000010D3sv*sd*bc*sc*i* acme_a");
        run.host.text("lib/modules/7.3.4/modules.dep", "extra/acme_a.ko:\n");
        run.host.text("lib/modules/7.3.4/extra/acme_a.ko", "");
        run.host.text("proc/sys/kernel/modules_disabled", "1\n");

        assertThat(run.execute("bind", NIC, "--driver", "acme_a", "--json")).isEqualTo(ExitCode.IMPOSSIBLE);
        assertThat(error().get("code")).isEqualTo("MODULES_DISABLED");
        assertThat(run.execute("bind", NIC, "--strict")).isNotZero();
        assertUntouched();
    }

    @Test
    void what_has_its_driver_already_is_left_alone() throws IOException {
        bindToVfio();

        assertThat(run.execute("bind", NIC)).isZero();
        assertThat(run.out).isEqualTo(String.format("0000:01:00.0: bound to vfio-pci already%n"));
        assertThat(run.execute("bind", NIC, "--json")).isZero();
        assertThat((List<?>) run.json().get("changes")).isEmpty();
        assertThat(((Map<?, ?>) ((Map<?, ?>) run.json().get("explanation")).get("decision")).get("outcome"))
                .isEqualTo("KEEP");
        assertThat(run.execute("bind", NIC, "--dry-run")).isZero();
        assertThat(run.out).isEmpty();
    }

    /** A link to nowhere stands for a node that this process may not open, since tests may run as root. */
    @Test
    void a_node_that_cannot_be_opened_is_a_warning_with_its_own_code() throws IOException {
        bindToVfio();
        Files.delete(root.resolve("dev/vfio/devices/vfio3"));
        Files.createSymbolicLink(root.resolve("dev/vfio/devices/vfio3"), Path.of("nowhere"));

        assertThat(run.execute("bind", NIC)).isEqualTo(ExitCode.NOT_ACCESSIBLE);
        assertThat(run.out).contains("bound to vfio-pci already");
        assertThat(run.err).contains("NODE_NOT_ACCESSIBLE", "may not open /dev/vfio/devices/vfio3", "jvfio udev");
        assertThat(run.execute("bind", NIC, "--json")).isEqualTo(ExitCode.NOT_ACCESSIBLE);
        assertThat(run.out).contains("NODE_NOT_ACCESSIBLE");
    }

    @Test
    void a_device_that_somebody_has_open_is_not_given_back() throws IOException {
        bindToVfio();
        run.host.text("proc/4711/comm", "qemu\n");
        run.host.text("proc/4711/fd/0", "");
        Files.createSymbolicLink(root.resolve("proc/4711/fd/5"), Path.of("/dev/vfio/devices/vfio3"));

        assertThat(run.execute("release", NIC)).isEqualTo(ExitCode.REFUSED);
        assertThat(run.err).contains("REFUSED_U14", "qemu (process 4711) has /dev/vfio/devices/vfio3 open");
        assertThat(run.execute("release", NIC, "--json")).isEqualTo(ExitCode.REFUSED);
        assertThat(error().get("code")).isEqualTo("REFUSED_U14");
        assertThat(read(OVERRIDE)).isEqualTo("vfio-pci");
    }

    @Test
    void without_a_vfio_driver_there_is_nothing_to_give_back() {
        assertThat(run.execute("release", NIC)).isZero();
        assertThat(run.out).isEqualTo(String.format("0000:01:00.0: has no VFIO driver%n"));
        assertThat(run.execute("release", NIC, "--json", "--whole-group")).isZero();
        assertThat((List<?>) run.json().get("changes")).isEmpty();
        assertThat((List<?>) run.json().get("notes")).isEmpty();
        assertUntouched();
    }

    @Test
    void what_would_bind_it_at_the_next_start_is_removed_and_told() {
        run.host.text("etc/driverctl.d/pci-" + NIC, "vfio-pci\n");

        assertThat(run.execute("release", NIC)).isZero();
        assertThat(run.out).contains("/etc/driverctl.d/pci-0000:01:00.0 is removed: no start of the host binds");
        assertThat(root.resolve("etc/driverctl.d/pci-" + NIC)).doesNotExist();
    }

    private void journal(String driver) {
        run.host.text(
                JOURNAL,
                "jvfio-journal=1\ndevice=" + NIC + "\nmodalias=" + MODALIAS
                        + "\nstate=IN_FLIGHT\nstep=UNBIND\nplan=p\naction=BIND\nbefore-driver=" + driver
                        + "\ntarget=vfio-pci\n");
    }

    @Test
    void an_unfinished_change_has_to_be_recovered_first() throws IOException {
        journal("e1000e");
        forgetOverrides();

        assertThat(run.execute("bind", NIC)).isEqualTo(ExitCode.ROLLED_BACK);
        assertThat(run.err).contains("UNFINISHED", "BIND, at UNBIND", "jvfio recover");

        assertThat(run.execute("recover", "--dry-run")).isZero();
        assertThat(run.out).isEqualTo(String.format("# unfinished: 0000:01:00.0%n"));
        assertThat(root.resolve(JOURNAL)).exists();
        assertThat(run.execute("recover")).isZero();
        assertThat(run.out).isEqualTo(String.format("0000:01:00.0: driver e1000e, no override%n"));
        assertThat(root.resolve(JOURNAL)).doesNotExist();
        assertThat(run.execute("recover")).isZero();
        assertThat(run.out).isEqualTo(String.format("nothing to recover%n"));
    }

    @Test
    void what_was_recovered_is_told_as_json() throws IOException {
        journal("e1000e");
        forgetOverrides();

        assertThat(run.execute("recover", "--json")).isZero();

        assertThat(run.json().get("recovered"))
                .isEqualTo(List.of(Map.of("address", NIC, "state", "driver e1000e, no override")));
    }

    @Test
    void a_way_back_that_is_blocked_ends_with_what_is_left_to_do() {
        journal("igb");

        assertThat(run.execute("recover")).isEqualTo(ExitCode.INCOMPLETE);
        assertThat(run.err)
                .contains("ROLLBACK_INCOMPLETE", "has driver e1000e", "had driver igb, no override before")
                .contains("echo 0000:01:00.0 > /sys/bus/pci/drivers/igb/bind");
        assertThat(root.resolve(JOURNAL)).exists();
        assertThat(run.execute("recover", "--json")).isEqualTo(ExitCode.INCOMPLETE);
        assertThat(run.out).contains("\"code\":\"ROLLBACK_INCOMPLETE\"", "\"recovered\":[]");
    }

    @Test
    void a_function_that_is_not_there_is_told() {
        for (String command : List.of("bind", "release")) {
            assertThat(run.execute(command, "0000:09:00.0")).isEqualTo(ExitCode.FAILED);
            assertThat(run.err).isEqualTo(String.format("jvfio: no PCI function 0000:09:00.0 on this host%n"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bind",
                "bind x",
                "bind 0000:01:00.0 --timeout 0",
                "bind 0000:01:00.0 --force=U99",
                "bind 0000:01:00.0 --driver a --generic",
                "bind 0000:01:00.0 --on-probe-failure maybe",
                "bind 0000:01:00.0 --on-tie dice",
                "release",
                "release 0000:01:00.0 --force",
                "release 0000:01:00.0 --timeout 0",
                "recover 0000:01:00.0",
                "recover --timeout -1"
            })
    void wrong_use_is_told(String line) {
        assertThat(run.execute(line.split(" ", -1))).isEqualTo(ExitCode.USAGE);
        assertThat(run.err).startsWith("jvfio: ");
        assertUntouched();
    }
}
