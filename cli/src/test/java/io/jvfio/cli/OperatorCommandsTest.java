// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.cli.command.ExitCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OperatorCommandsTest {
    private static final String EDU = "0000:00:04.0";
    private static final String UUID = "6a766600-0000-4000-8000-000000000001";

    @TempDir
    Path root;

    private Run run;

    @BeforeEach
    void makeHost() {
        run = new Run(root);
        run.host.bound(EDU, "1234:11E8", "FF00", 3);
        run.host.text("sys/class/iommu/dmar0/devices/" + EDU + "/uevent", "");
        run.host.text("sys/class/misc/vfio/dev", "10:196\n");
        run.host.text("sys/class/misc/iommu/dev", "10:124\n");
        run.host.text("sys/module/vfio_iommu_type1/parameters/dma_entry_limit", "65535\n");
        run.host.text("sys/bus/pci/drivers/vfio-pci/bind", "");
        run.host.text("proc/self/limits", "Max locked memory   8388608  8388608  bytes\n");
        run.host.text("sys/devices/system/node/node0/cpulist", "0-1\n");
        run.host.text(
                "sys/devices/system/node/node0/meminfo", "Node 0 MemTotal: 4194304 kB\nNode 0 MemFree: 1048576 kB\n");
    }

    @Test
    void doctor_says_ready_where_devices_can_be_used() {
        assertThat(run.execute("doctor")).isZero();

        assertThat(run.out.lines())
                .contains(
                        "ok       iommu: dmar0 (Intel VT-d), 1 group",
                        "ok       devices: 0000:00:04.0 can be opened",
                        "info     memory node 0: processors 0-1, 1024 of 4096 MiB free",
                        "ready: this user can use VFIO devices")
                .anySatisfy(line -> assertThat(line).startsWith("note     locked memory: 8 MiB"))
                .anySatisfy(line -> assertThat(line).startsWith("         -> raise RLIMIT_MEMLOCK"));
        assertThat(run.out).doesNotContain("\u001b");
    }

    @Test
    void doctor_judges_for_another_user() {
        run.host.text("etc/passwd", "maria:x:4000000001:100::/:/bin/sh\n");
        run.host.text("etc/group", "users:x:100:\nvfio:x:990:maria\n");

        run.execute("doctor", "--user", "maria");

        assertThat(run.out)
                .startsWith("note     user: maria (uid 4000000001, groups 100 990) is judged by")
                .contains("note     locked memory: what user maria may lock is not known");

        run.execute("doctor", "--user", "4000000001", "--json");

        assertThat(run.json().get("user"))
                .isEqualTo(Map.of("name", "maria", "uid", 4000000001L, "groups", List.of("100", "990")));
        assertThat(run.json().containsKey("lockableBytes")).isFalse();
        assertThat(run.execute("doctor", "--user", "otto")).isEqualTo(ExitCode.FAILED);
        assertThat(run.err).contains("no user otto on this host").hasLineCount(1);
    }

    @Test
    void doctor_on_a_terminal_has_colours() {
        run.terminal = true;

        run.execute("doctor");

        assertThat(run.out).contains("\u001b[32mok     \u001b[0m  iommu");
    }

    @Test
    void doctor_says_no_with_the_remedy() throws IOException {
        Files.delete(run.host.groupNode(3));
        Files.delete(run.host.cdevNode(3));

        assertThat(run.execute("doctor", "--json")).isEqualTo(ExitCode.FAILED);

        Map<?, ?> json = run.json();
        assertThat(json.get("ready")).isEqualTo(false);
        assertThat((List<?>) json.get("findings"))
                .filteredOn(finding -> "problem".equals(((Map<?, ?>) finding).get("level")))
                .singleElement()
                .satisfies(finding -> assertThat((String) ((Map<?, ?>) finding).get("text"))
                        .contains("there is no " + run.host.groupNode(3)));
        assertThat(json.get("lockableBytes")).isEqualTo(8388608L);
        assertThat((List<?>) json.get("memoryNodes")).hasSize(1);
        assertThat(run.execute("doctor")).isEqualTo(ExitCode.FAILED);
        assertThat(run.out).contains("not ready");
    }

    @Test
    void is_vfio_answers_with_its_exit_code() {
        run.host.driver(run.host.function("0000:01:00.0", "8086:10D3", "20000"), "e1000e");

        assertThat(run.execute("is-vfio", EDU)).isZero();
        assertThat(run.out).isEqualTo(String.format("yes: vfio-pci%n"));
        assertThat(run.execute("is-vfio", "0000:01:00.0")).isEqualTo(ExitCode.FAILED);
        assertThat(run.out).startsWith("no: it is bound to e1000e");
        assertThat(run.execute("is-vfio", "-q", EDU)).isZero();
        assertThat(run.out).isEmpty();
        run.execute("is-vfio", "--json", EDU);
        assertThat(run.json().get("vfio")).isEqualTo(true);
    }

    /** What counts is that the device has VFIO's node, as with the drivers of vendors. */
    @Test
    void is_vfio_does_not_go_by_the_drivers_name() throws IOException {
        Path device = root.resolve("sys/bus/pci/devices/" + EDU);
        Files.delete(device.resolve("driver"));
        run.host.driver(device, "nvidia");

        assertThat(run.execute("is-vfio", EDU)).isZero();
        assertThat(run.out).isEqualTo(String.format("yes: nvidia%n"));
    }

    @Test
    void udev_prints_the_rules_for_a_group() {
        assertThat(run.execute("udev", EDU, "--group", "vfio")).isZero();

        assertThat(run.out).isEqualToNormalizingNewlines("""
                        # VFIO devices for group vfio: 0000:00:04.0
                        # groups are numbered at boot: print the rules anew when cards are added or moved
                        SUBSYSTEM=="misc", KERNEL=="iommu", GROUP="vfio", MODE="0660"
                        SUBSYSTEM=="vfio-dev", KERNELS=="0000:00:04.0", GROUP="vfio", MODE="0660"
                        SUBSYSTEM=="vfio", KERNEL=="3", GROUP="vfio", MODE="0660"
                        """);
    }

    @Test
    void udev_names_what_goes_along() {
        run.host.group(run.host.function("0000:00:05.0", "1234:11E8", "FF00"), 3);
        run.host.group(run.host.function("0000:00:0a.0", "1B36:000E", "60400"), 3);
        run.host.mdev(UUID, 16);

        assertThat(run.execute("udev", EDU, "mdev:" + UUID, "--user", "alice", "--json"))
                .isZero();

        List<?> rules = (List<?>) run.json().get("rules");
        assertThat(rules).hasSize(5);
        assertThat((String) rules.get(3)).contains("KERNELS==\"" + UUID + "\"", "OWNER=\"alice\"", "0600");
        assertThat((String) ((List<?>) run.json().get("warnings")).getFirst()).endsWith(": 0000:00:05.0");
    }

    @Test
    void udev_wants_one_receiver_whose_name_cannot_break_a_rule() {
        assertThat(run.execute("udev", EDU)).isEqualTo(ExitCode.USAGE);
        assertThat(run.execute("udev", EDU, "--user", "a", "--group", "b")).isEqualTo(ExitCode.USAGE);
        assertThat(run.execute("udev", EDU, "--user", "a\", RUN+=\"x")).isEqualTo(ExitCode.USAGE);
        assertThat(run.execute("udev", "0000:09:00.0", "--user", "a")).isEqualTo(ExitCode.FAILED);
        assertThat(run.out).isEmpty();
    }

    @Test
    void completion_is_a_script_that_bash_takes() throws IOException, InterruptedException {
        assertThat(run.execute("completion", "bash")).isZero();
        assertThat(run.out).contains("doctor", "is-vfio", "--dry-run", "complete -F");

        Path script = Files.writeString(root.resolve("completion"), run.out);
        Process bash = new ProcessBuilder("bash", "-n", script.toString())
                .redirectErrorStream(true)
                .start();
        assertThat(new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEmpty();
        assertThat(bash.waitFor()).isZero();
    }

    @Test
    void completion_for_zsh_starts_its_completion_first() {
        assertThat(run.execute("completion", "zsh")).isZero();
        assertThat(run.out).startsWith("autoload -Uz compinit && compinit");
        assertThat(run.execute("completion", "fish")).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void reset_without_doing_it_tells_how_it_would_be() {
        assertThat(run.execute("reset", EDU, "--dry-run")).isEqualTo(ExitCode.FAILED);
        assertThat(run.out).contains("no reset for it alone");
        run.host.text("sys/bus/pci/devices/" + EDU + "/reset_method", "flr bus\n");

        assertThat(run.execute("reset", EDU, "--dry-run")).isZero();
        assertThat(run.out).isEqualTo(String.format("0000:00:04.0: flr, then bus%n"));
        assertThat(run.execute("reset", EDU, "--hot", "--method", "flr")).isEqualTo(ExitCode.USAGE);
    }
}
