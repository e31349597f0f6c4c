// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.bind;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.cli.FakeHost;
import io.jvfio.cli.Run;
import io.jvfio.cli.command.ExitCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExplainCommandTest {
    private static final String VF = "0000:3b:00.2";
    private static final String MODULES = "lib/modules/7.3.4/";

    @TempDir
    Path root;

    private Run run;

    /** A virtual function of a ConnectX on its host driver, its interface down, in a kernel with three variants. */
    @BeforeEach
    void makeHost() {
        run = new Run(root);
        FakeHost host = run.host;
        Path physical = host.function("0000:3b:00.0", "15B3:101D", "20000");
        host.driver(physical, "mlx5_core");
        Path device = host.function(VF, "15B3:101E", "20000");
        host.driver(device, "mlx5_core");
        host.group(device, 41);
        host.link("sys/bus/pci/devices/" + VF + "/physfn", "sys/bus/pci/devices/0000:3b:00.0");
        attribute("modalias", "pci:v000015B3d0000101Esv000015B3sd00000083bc02sc00i00");
        attribute("revision", "0x00");
        attribute("driver_override", "(null)");
        attribute("reset_method", "flr");
        host.text("sys/bus/pci/devices/" + VF + "/net/eth2/flags", "0x1002\n");
        host.link("sys/class/net/eth2", "sys/bus/pci/devices/" + VF + "/net/eth2");
        host.text("proc/sys/kernel/osrelease", "7.3.4\n");
        host.text(MODULES + "modules.alias", """
                # Aliases extracted from modules themselves.
                alias pci:v000015B3d0000101Esv*sd*bc*sc*i* mlx5_core
                alias vfio_pci:v000015B3d0000101Esv*sd*bc*sc*i* mlx5_vfio_pci
                alias vfio_pci:v00001AF4d00001041sv*sd*bc*sc*i* virtio_vfio_pci
                """);
        host.text(
                MODULES + "modules.builtin.modinfo",
                "vfio_pci.license=GPL\0vfio_pci.alias=vfio_pci:v*d*sv*sd*bc*sc*i*\0ext4.alias=fs-ext4\0");
        host.text(MODULES + "modules.builtin", "kernel/drivers/vfio/pci/vfio-pci.ko\n");
        host.text(MODULES + "modules.dep", "kernel/drivers/vfio/pci/mlx5/mlx5-vfio-pci.ko.xz: kernel/x.ko.xz\n");
        host.text(MODULES + "kernel/drivers/vfio/pci/mlx5/mlx5-vfio-pci.ko.xz", "");
        host.text("sys/module/vfio_pci/drivers/pci:vfio-pci/uevent", "");
        host.link("sys/bus/pci/drivers/vfio-pci/module", "sys/module/vfio_pci");
    }

    private void attribute(String name, String value) {
        run.host.text("sys/bus/pci/devices/" + VF + "/" + name, value + "\n");
    }

    private static String golden(String name) {
        try (InputStream in = ExplainCommandTest.class.getResourceAsStream("explain/" + name)) {
            return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** What was printed, without how the modules of variants and layers were packed. */
    private static String told(Run run) {
        return run.out
                .replaceAll("\\(io\\.jvfio\\.vendor\\.mlx[^,]*,", "(io.jvfio.vendor.mlx,")
                .replaceAll("\\(io\\.jvfio\\.platform\\.zpci[^)]*\\)", "(io.jvfio.platform.zpci)");
    }

    @Test
    void the_choice_is_told_with_all_that_led_to_it() {
        assertThat(run.execute("explain", VF)).isZero();
        assertThat(told(run)).isEqualTo(golden("select.txt"));
        assertThat(run.err).isEmpty();
    }

    @Test
    void a_refusal_names_row_evidence_and_the_flag_that_lifts_it() {
        run.host.text("sys/bus/pci/devices/" + VF + "/net/eth2/flags", "0x1003\n");

        assertThat(run.execute("explain", VF)).isZero();
        assertThat(told(run)).isEqualTo(golden("refused.txt"));

        assertThat(run.execute("explain", VF, "--force=U3", "--driver", "vfio-pci"))
                .isZero();
        assertThat(told(run)).isEqualTo(golden("forced.txt"));
    }

    @Test
    void a_function_that_does_not_answer_is_not_ok() throws IOException {
        byte[] ones = new byte[64];
        Arrays.fill(ones, (byte) 0xff);
        Files.write(root.resolve("sys/bus/pci/devices/" + VF + "/config"), ones);

        assertThat(run.execute("explain", VF)).isZero();
        assertThat(run.out).contains("U17 refused", "it does not answer: its config space reads as ones");
        assertThat(run.out).doesNotContain("ok\n");
    }

    @Test
    void json_has_every_part_of_the_record() {
        assertThat(run.execute("explain", VF, "--json")).isZero();

        Map<?, ?> json = run.json();
        Map<?, ?> decision = (Map<?, ?>) json.get("decision");
        assertThat(json.get("command")).isEqualTo("explain");
        assertThat(decision.get("outcome")).isEqualTo("SELECT");
        assertThat(decision.get("module")).isEqualTo("mlx5_vfio_pci");
        assertThat(decision.get("driver")).isNull();
        assertThat(((Map<?, ?>) json.get("parity")).get("libvirt")).isEqualTo("mlx5_vfio_pci");
        assertThat(json.keySet())
                .extracting(Object::toString)
                .contains("device", "request", "overrides", "catalogue", "candidates", "safety", "plan", "java");
    }

    @Test
    void other_devices_are_opened_and_tell_their_whole_stack() {
        assertThat(run.execute("explain", "model:edu")).isZero();
        assertThat(told(run))
                .isEqualTo(
                        "device      model:edu\njava        generic drives it ; layers: zpci (io.jvfio.platform.zpci)"
                                + " declined: it reports no BASE, and is no function of IBM Z\n");

        assertThat(run.execute("explain", "model:edu", "--variant", "none", "--json"))
                .isZero();
        assertThat(((Map<?, ?>) run.json().get("java")).get("outcome")).isEqualTo("NONE");
    }

    @Test
    void a_zPCI_function_has_the_platforms_layer_below_whatever_drives_it() {
        assertThat(run.execute("explain", "--open", "model:zpci?of=mlx5")).isZero();
        assertThat(told(run))
                .isEqualTo(
                        "device      model:zpci?of=mlx5\njava        mlx.cx-pf (io.jvfio.vendor.mlx, wild 5) accepted ;"
                                + " generic not asked ; layers: zpci (io.jvfio.platform.zpci) accepted\n");
        assertThat(run.execute("explain", "--open", "model:zpci?of=nvme")).isZero();
        assertThat(told(run))
                .isEqualTo("device      model:zpci?of=nvme\njava        generic drives it ;"
                        + " layers: zpci (io.jvfio.platform.zpci) accepted\n");
    }

    @ParameterizedTest
    @CsvSource({"mlx5,SELECT,mlx.cx-pf", "nvme,GENERIC,"})
    void the_platforms_layer_is_told_in_JSON(String model, String outcome, String chosen) {
        assertThat(run.execute("explain", "--open", "--json", "model:zpci?of=" + model))
                .isZero();
        Map<?, ?> java = (Map<?, ?>) run.json().get("java");
        assertThat(java.get("outcome")).isEqualTo(outcome);
        assertThat(java.get("chosen")).isEqualTo(chosen);
        Map<?, ?> layer = (Map<?, ?>) ((List<?>) java.get("layers")).getFirst();
        assertThat(layer.get("id")).isEqualTo("zpci");
        assertThat(layer.get("state")).isEqualTo("CHOSEN");
    }

    @Test
    void a_variant_that_is_not_there_is_named() {
        assertThat(run.execute("explain", "model:edu", "--variant", "acme.fpga?lanes=4"))
                .isZero();
        assertThat(run.out).contains("none drives it: REFUSED");

        assertThat(run.execute("serve", "edu", "--socket", "/nowhere/socket", "--variant", "acme.fpga"))
                .isEqualTo(ExitCode.VARIANT);
        assertThat(run.err).contains("FORCED_VARIANT_MISSING", "acme.fpga").hasLineCount(1);

        assertThat(run.execute("show", "model:edu", "--variant", "?lanes=4")).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void the_site_lays_down_which_variant_is_used() {
        run.host.text("etc/jvfio/variants.d/10-site.conf", "java use acme.fpga for pci:15b3:101e\n");
        assertThat(run.execute("explain", VF)).isZero();
        assertThat(run.out)
                .contains("none drives it: REFUSED", "/etc/jvfio/variants.d/10-site.conf:1 forces acme.fpga");

        run.host.text("etc/jvfio/variants.d/10-site.conf", "java forbid acme.fpga\n");
        assertThat(run.execute("explain", VF)).isEqualTo(ExitCode.FAILED);
        assertThat(run.err).contains("10-site.conf:1", "allow|deny|prefer|use").hasLineCount(1);
    }

    @Test
    void what_only_new_id_can_hold_is_an_inference() {
        run.host.bound("0000:00:04.0", "1234:11E8", "ff00", 7);
        run.host.text(
                "sys/bus/pci/devices/0000:00:04.0/modalias", "pci:v00001234d000011E8sv00000000sd00000000bc00scFFi00\n");
        assertThat(run.execute("explain", "0000:00:04.0")).isZero();
        assertThat(run.out)
                .contains("override unset\n            inferred: only an id in new_id, which cannot be read");
        assertThat(run.execute("explain", "0000:00:04.0", "--json")).isZero();
        assertThat(((Map<?, ?>) run.json().get("device")).get("inferredNewId")).isEqualTo(true);

        run.host.text("sys/bus/pci/devices/0000:00:04.0/driver_override", "vfio-pci\n");
        assertThat(run.execute("explain", "0000:00:04.0")).isZero();
        assertThat(run.out).doesNotContain("inferred");
        assertThat(run.execute("explain", VF)).isZero();
        assertThat(run.out).doesNotContain("inferred");
    }

    /** Property P7. */
    @Test
    void a_snapshot_gives_the_same_explanation_elsewhere(@TempDir Path elsewhere) throws IOException {
        Path file = elsewhere.resolve("snapshot.json");
        run.execute("explain", VF, "--json", "--snapshot", file.toString());
        String here = run.out;
        Run other = new Run(elsewhere);

        assertThat(other.execute("explain", "--json", "--snapshot", file.toString()))
                .isZero();
        assertThat(other.out).isEqualTo(here);
        assertThat(other.execute("explain", "--snapshot", file.toString())).isZero();
        assertThat(told(other)).isEqualTo(golden("select.txt"));
        assertThat(other.execute("explain", "--snapshot", file.toString(), "--generic", "--json"))
                .isZero();
        assertThat(((Map<?, ?>) other.json().get("decision")).get("driver")).isEqualTo("vfio-pci");

        Files.writeString(file, "{\"schema\":1,\"facts\":{\"text /x\":[1]}}");
        assertThat(other.execute("explain", "--snapshot", file.toString())).isEqualTo(ExitCode.FAILED);
        assertThat(other.err).contains("no snapshot").hasLineCount(1);
    }

    @Test
    void an_existing_file_is_not_overwritten(@TempDir Path elsewhere) throws IOException {
        Path file = Files.writeString(elsewhere.resolve("precious"), "data");

        assertThat(run.execute("explain", VF, "--snapshot", file.toString())).isEqualTo(ExitCode.FAILED);
        assertThat(file).hasContent("data");
    }

    @Test
    void wrong_use_is_told() {
        assertThat(run.execute("explain")).isEqualTo(ExitCode.USAGE);
        assertThat(run.execute("explain", VF, "--force=U99")).isEqualTo(ExitCode.USAGE);
        assertThat(run.execute("explain", VF, "--driver", "x", "--generic")).isEqualTo(ExitCode.USAGE);
        assertThat(run.execute("explain", VF, "--on-tie", "dice")).isEqualTo(ExitCode.USAGE);
        assertThat(run.execute("explain", "0000:99:00.0")).isEqualTo(ExitCode.FAILED);
        assertThat(run.err).contains("no PCI function 0000:99:00.0");
    }

    @Test
    void the_environment_and_the_policy_can_name_a_driver() {
        run.host.text("etc/jvfio/variants.d/site.conf", "pci:15b3:101e = vfio-pci\n");
        assertThat(run.execute("explain", VF)).isZero();
        assertThat(run.out).contains("named by    O4 /etc/jvfio/variants.d/site.conf:1: vfio-pci");

        run.variables.put("JVFIO_DRIVER_0000_3b_00_2", "mlx5_vfio_pci");
        assertThat(run.execute("explain", VF)).isZero();
        assertThat(run.out)
                .contains("named by    O2 the environment: mlx5_vfio_pci")
                .contains("(not used)");

        run.host.text("etc/jvfio/variants.d/site.conf", "pci:15b3\n");
        assertThat(run.execute("explain", VF)).isEqualTo(ExitCode.FAILED);
        assertThat(run.err).contains("/etc/jvfio/variants.d/site.conf:1").hasLineCount(1);
    }
}
