// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.cli.Run;
import io.jvfio.cli.command.ExitCode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostCommandsTest {
    private static final String UUID = "6a766600-0000-4000-8000-000000000001";

    @TempDir
    Path root;

    private Run run;

    @BeforeEach
    void makeHost() {
        run = new Run(root);
    }

    private void populate() {
        run.host.bound("0000:00:04.0", "1234:11E8", "FF00", 3);
        run.host.driver(run.host.function("0000:00:08.0", "1B36:000C", "60400"), "pcieport");
        run.host.function("0000:01:00.0", "8086:10C9", "20000");
        run.host.mdev(UUID, 16);
    }

    @Test
    void list_prints_one_line_for_each_device_in_columns() {
        populate();

        assertThat(run.execute("list")).isZero();

        assertThat(run.out).isEqualToNormalizingNewlines("""
                        ADDRESS       ID         CLASS   GROUP  NUMA  DRIVER    OPEN           NAME
                        0000:00:04.0  1234:11e8  00ff00  3      0     vfio-pci  iommufd,group  A vendor Educational Device
                        0000:00:08.0  1b36:000c  060400  -      0     pcieport  bridge         -
                        0000:01:00.0  8086:10c9  020000  -      0     -         no-driver      -

                        MEDIATED DEVICE                            PARENT  TYPE    GROUP  DRIVER  OPEN
                        mdev:6a766600-0000-4000-8000-000000000001  mtty    mtty-1  16     mtty    iommufd,group
                        """);
        assertThat(run.err).isEmpty();
    }

    @Test
    void list_as_a_tree_puts_functions_below_their_bridges() {
        run.host.function("0000:00:08.0", "1B36:000C", "60400");
        run.host.functionAt("0000:00:08.0", "0000:02:00.0", "8086:10C9", "20000");
        run.host.function("0000:00:09.0", "1234:11E8", "FF00");
        run.host.functionAt("0000:00:0e.0/pci10000:e0", "10000:e0:06.0", "144D:A80A", "10802");

        assertThat(run.execute("list", "--tree")).isZero();

        assertThat(run.out.lines().map(line -> line.replaceAll("(\\S) .*", "$1")))
                .containsExactly("ADDRESS", "0000:00:08.0", "  0000:02:00.0", "0000:00:09.0", "  10000:e0:06.0");
    }

    @Test
    void list_of_groups_names_who_is_in_the_way() {
        populate();
        Path nic = run.host.functionAt("0000:00:08.0", "0000:02:00.0", "8086:10D3", "20000");
        run.host.group(nic, 3);
        run.host.driver(nic, "e1000e");
        run.host.text("sys/kernel/iommu_groups/3/type", "DMA\n");

        assertThat(run.execute("list", "--groups")).isZero();

        assertThat(run.out).isEqualToNormalizingNewlines("""
                        GROUP  TYPE  VFIO     MEMBER                                DRIVER    ROLE
                        3      DMA   blocked  0000:00:04.0                          vfio-pci  vfio
                        3      DMA   blocked  0000:02:00.0                          e1000e    blocker
                        16     -     viable   6a766600-0000-4000-8000-000000000001  mtty      vfio
                        """);
        run.execute("list", "--groups", "--json");
        Map<?, ?> group = (Map<?, ?>) ((List<?>) run.json().get("groups")).getFirst();
        assertThat(group.get("viable")).isEqualTo(false);
        assertThat((List<?>) group.get("members")).hasSize(2);
    }

    @Test
    void a_list_has_one_shape() {
        assertThat(run.execute("list", "--groups", "--tree")).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void list_on_a_terminal_has_bold_headings_and_says_by_colour_what_can_be_opened() {
        populate();
        run.terminal = true;

        run.execute("list");

        assertThat(run.out).startsWith("\u001b[1mADDRESS");
        assertThat(run.out.lines())
                .anySatisfy(line -> assertThat(line)
                        .startsWith("0000:00:04.0")
                        .contains("\u001b[32miommufd,group\u001b[0m  A vendor"))
                .anySatisfy(
                        line -> assertThat(line).startsWith("0000:01:00.0").contains("\u001b[33mno-driver\u001b[0m"));
        run.execute("list", "--groups");
        assertThat(run.out).contains("\u001b[32mviable\u001b[0m  0000:00:04.0");
    }

    @Test
    void list_of_nothing_says_so() {
        assertThat(run.execute("list")).isZero();
        assertThat(run.out).isEqualTo(String.format("no PCI functions%n"));
    }

    @Test
    void list_prints_json() {
        populate();

        assertThat(run.execute("--json", "list")).isZero();

        Map<?, ?> json = run.json();
        assertThat(json.get("schema")).isEqualTo(1L);
        List<?> functions = (List<?>) json.get("functions");
        assertThat(functions).hasSize(3);
        Map<?, ?> edu = (Map<?, ?>) functions.getFirst();
        assertThat(edu.get("vendor")).isEqualTo("0x1234");
        assertThat(edu.get("class")).isEqualTo("0x00ff00");
        assertThat(edu.get("deviceName")).isEqualTo("Educational Device");
        assertThat(edu.get("group")).isEqualTo(3L);
        Map<?, ?> access = (Map<?, ?>) edu.get("access");
        assertThat(access.get("ways")).isEqualTo(List.of("iommufd", "group"));
        assertThat(access.get("reason")).isNull();
        Map<?, ?> bridge = (Map<?, ?>) ((Map<?, ?>) functions.get(1)).get("access");
        assertThat(bridge.get("obstacle")).isEqualTo("bridge");
        assertThat((List<?>) json.get("mdevs")).hasSize(1);
        assertThat(run.out.lines()).hasSize(1);
    }

    @Test
    void json_is_indented_on_a_terminal() {
        run.terminal = true;

        run.execute("list", "--json");

        assertThat(run.json().get("functions")).isEqualTo(List.of());
        assertThat(run.out.lines().count()).isGreaterThan(1);
    }

    @Test
    void show_tells_why_a_function_is_not_opened() {
        populate();

        assertThat(run.execute("show", "0000:01:00.0")).isZero();

        assertThat(run.out).contains("8086:10c9, revision 10").contains("not opened  no kernel driver is bound to it");
        run.execute("show", "--json", "01:00.0");
        assertThat((String) run.json().get("notOpened")).startsWith("no kernel driver");
    }

    @Test
    void show_tells_of_virtual_functions_bridges_and_resets() {
        run.host.functionAt("0000:00:08.0", "0000:02:00.0", "8086:10C9", "20000");
        run.host.text("sys/bus/pci/devices/0000:02:00.0/sriov_totalvfs", "7\n");
        run.host.text("sys/bus/pci/devices/0000:02:00.0/sriov_numvfs", "0\n");
        run.host.text("sys/bus/pci/devices/0000:02:00.0/reset_method", "flr bus\n");

        assertThat(run.execute("show", "0000:02:00.0")).isZero();
        assertThat(run.out)
                .containsPattern("SR-IOV +physical function with 0 of at most 7 virtual functions")
                .containsPattern("behind +0000:00:08.0")
                .containsPattern("reset methods +flr, bus");
        run.execute("show", "--json", "0000:02:00.0");
        assertThat(run.json().get("resetMethods")).isEqualTo(List.of("flr", "bus"));
        assertThat(((Map<?, ?>) run.json().get("virtualFunctions")).get("total"))
                .isEqualTo(7L);
    }

    @Test
    void show_does_not_open_what_it_is_asked_to_leave_alone() {
        populate();

        assertThat(run.execute("show", "--no-open", "0000:00:04.0")).isZero();
        assertThat(run.execute("show", "--no-open", "mdev:" + UUID)).isZero();

        assertThat(run.out).contains("mtty-1");
    }

    @Test
    void show_of_what_is_not_there_fails() {
        assertThat(run.execute("show", "0000:00:04.0")).isEqualTo(ExitCode.FAILED);
        assertThat(run.err).isEqualTo(String.format("jvfio: no PCI function 0000:00:04.0 on this host%n"));
        assertThat(run.execute("show", "mdev:" + UUID)).isEqualTo(ExitCode.FAILED);
        assertThat(run.execute("show", "mdev:none")).isEqualTo(ExitCode.FAILED);
        assertThat(run.out).isEmpty();
    }
}
