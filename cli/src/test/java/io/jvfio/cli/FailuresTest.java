// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.VfioException;
import io.jvfio.cli.command.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FailuresTest {
    private static final String EDU = "0000:00:04.0";
    private static final int EACCES = 13;
    private static final int EBUSY = 16;
    private static final int ENOMEM = 12;

    @TempDir
    Path root;

    private Run run;

    @BeforeEach
    void makeHost() {
        run = new Run(root);
    }

    private void openFailsWith(RuntimeException failure) {
        run.opener = (locator, options) -> {
            throw failure;
        };
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "frobnicate",
                "list now",
                "list --frob",
                "read",
                "read " + EDU + " bar0",
                "read nonsense bar0 0",
                "read " + EDU + " bar6 0",
                "read " + EDU + " bar0 -1",
                "read " + EDU + " bar0 0xg",
                "read " + EDU + " bar0 0x",
                "read " + EDU + " bar0 0x10000000000000000",
                "read " + EDU + " bar0 2 32",
                "read " + EDU + " bar0 0 24",
                "write " + EDU + " bar0 0",
                "write " + EDU + " bar0 0 0x100 8",
                "write " + EDU + " bar0 0 4294967296",
                "irq " + EDU + " --trigger",
                "irq " + EDU + " --vectors 2",
                "irq " + EDU + " --type msi --vectors 0",
                "irq " + EDU + " --type msi --wait -1",
                "irq " + EDU + " --type nmi",
                "--iommu none list",
                "show"
            })
    void wrong_usage_ends_with_64_and_says_what_is_wrong(String args) {
        int code = run.execute(args.isEmpty() ? new String[0] : args.split(" "));

        assertThat(code).isEqualTo(ExitCode.USAGE);
        assertThat(run.err).startsWith("jvfio: ");
        assertThat(run.err.lines().count()).isBetween(2L, 3L);
        assertThat(run.out).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "list", "show", "read", "write", "reset", "irq", "demo"})
    void help_goes_to_the_output(String command) {
        int code = command.isEmpty() ? run.execute("--help") : run.execute(command, "--help");

        assertThat(code).isZero();
        assertThat(run.out).startsWith("Usage: jvfio " + command).doesNotContain("$", "${");
        assertThat(run.err).isEmpty();
    }

    @Test
    void version_names_program_and_java() {
        assertThat(run.execute("--version")).isZero();
        assertThat(run.out).startsWith("jvfio ").contains("Java 25");
    }

    @Test
    void a_device_without_a_driver_fails_with_the_reason() {
        run.host.driver(run.host.function(EDU, "8086:10D3", "20000"), "e1000e");
        openFailsWith(new VfioException("open", 2, "/dev/vfio/3", "a general hint"));

        assertThat(run.execute("read", EDU, "bar0", "0")).isEqualTo(ExitCode.FAILED);

        assertThat(run.err)
                .isEqualTo(String.format(
                        "jvfio: open failed: ENOENT (2): 0000:00:04.0, /dev/vfio/3; hint: it is bound to e1000e, which"
                                + " offers no VFIO: bind vfio-pci or a variant of it%n"));
    }

    @ParameterizedTest
    @CsvSource({
        "open,13,7",
        "VFIO_DEVICE_BIND_IOMMUFD,16,7",
        "VFIO_GROUP_SET_CONTAINER,1,7",
        "VFIO_DEVICE_BIND_IOMMUFD,22,7",
        "VFIO_SET_IOMMU,12,1"
    })
    void a_bound_device_that_cannot_be_had_has_a_code_of_its_own(String call, int errno, int code) {
        run.host.bound(EDU, "1234:11E8", "FF00", 3);
        openFailsWith(new VfioException(call, errno, EDU, "a hint"));

        assertThat(run.execute("read", EDU, "bar0", "0")).isEqualTo(code);
        assertThat(run.err).contains(call, "a hint").hasLineCount(1);
    }

    @Test
    void a_missing_node_is_the_hint() throws Exception {
        run.host.bound(EDU, "1234:11E8", "FF00", 3);
        Files.delete(run.host.groupNode(3));
        Files.delete(run.host.cdevNode(3));
        openFailsWith(new VfioException("open", 2, "/dev/vfio/3", "a general hint"));

        assertThat(run.execute("read", EDU, "bar0", "0")).isEqualTo(ExitCode.NOT_ACCESSIBLE);
        assertThat(run.err).contains("hint: there is no " + run.host.groupNode(3));
    }

    @Test
    void show_prints_the_host_s_view_although_the_device_is_busy() {
        run.host.bound(EDU, "1234:11E8", "FF00", 3);
        openFailsWith(new VfioException("VFIO_DEVICE_BIND_IOMMUFD", EBUSY, EDU, "a hint"));

        assertThat(run.execute("show", EDU)).isZero();
        assertThat(run.out).contains("not opened").contains("EBUSY");
    }

    @Test
    void a_failure_is_an_object_too() {
        run.host.bound(EDU, "1234:11E8", "FF00", 3);
        openFailsWith(new VfioException("open", EACCES, "/dev/vfio/3", "a hint"));

        run.execute("--json", "read", EDU, "bar0", "0");

        Map<?, ?> error = (Map<?, ?>) run.json().get("error");
        assertThat(run.json().get("command")).isEqualTo("read");
        assertThat(error.get("name")).isEqualTo("EACCES");
        assertThat(error.get("errno")).isEqualTo(13L);
        assertThat(error.get("hint")).isEqualTo("a hint");
        assertThat(run.err).startsWith("jvfio: open failed: EACCES (13)");
    }

    @Test
    void a_defect_is_told_in_one_line_without_a_stack_trace() {
        run.host.bound(EDU, "1234:11E8", "FF00", 3);
        openFailsWith(new NullPointerException("first line\nsecond line"));

        assertThat(run.execute("read", EDU, "bar0", "0")).isEqualTo(ExitCode.FAILED);

        assertThat(run.err)
                .contains("NullPointerException", "first line second line", "--debug")
                .hasLineCount(1);
    }

    @Test
    void debug_adds_the_stack_trace() {
        openFailsWith(new VfioException("open", ENOMEM, "/dev/vfio/3", ""));

        run.execute("--debug", "read", EDU, "bar0", "0");

        assertThat(run.err)
                .containsPattern("\tat .*OpenFailure|\tat .*DeviceCommand")
                .contains("Caused by: io.jvfio.VfioException");
    }

    @ParameterizedTest
    @CsvSource({"lst, jvfio list", "nvme raed, jvfio nvme read", "srve, jvfio serve", "igd vtb, jvfio igd vbt"})
    void a_mistyped_command_is_answered_with_the_one_that_is_meant(String args, String meant) {
        assertThat(run.execute(args.split(" "))).isEqualTo(ExitCode.USAGE);
        assertThat(run.err).contains("Did you mean: ").contains(meant);
    }

    @ParameterizedTest
    @CsvSource({
        "explain --snapshot FOLDER/absent, ENOENT",
        "explain --snapshot FOLDER, EISDIR",
        "serve edu --socket FOLDER/absent/s, ENOENT",
        "serve nvme?file=FOLDER/absent/disk --socket FOLDER/s, ENOENT",
        "serve igd?opregion=FOLDER/absent --socket FOLDER/s, ENOENT",
        "igd vbt file:FOLDER/absent, ENOENT",
    })
    void a_file_that_cannot_be_had_is_told_with_errno_and_remedy(String args, String errno) {
        String[] words = args.replace("FOLDER", root.toString()).split(" ");
        assertThat(run.execute(words)).isEqualTo(ExitCode.FAILED);
        assertThat(run.err)
                .startsWith("jvfio: ")
                .contains(" failed: " + errno + " (")
                .contains(root.toString())
                .contains("hint: ")
                .doesNotContain("unexpected")
                .doesNotContain("Exception");
    }

    @Test
    void a_socket_at_which_no_client_can_connect_is_refused_at_once() {
        Path socket = root.resolve("s".repeat(108));
        assertThat(run.execute("serve", "edu", "--socket", socket.toString())).isEqualTo(ExitCode.FAILED);
        assertThat(run.err).contains("ENAMETOOLONG").contains("107 bytes at most");
    }

    @Test
    void an_interrupted_command_says_nothing() {
        openFailsWith(new IllegalStateException("closed"));
        run.interruption.interrupt(new Thread(() -> run.interruption.finished(0)), java.time.Duration.ZERO);

        assertThat(run.execute("read", EDU, "bar0", "0")).isEqualTo(ExitCode.INTERRUPTED);
        assertThat(run.err).isEmpty();
    }
}
