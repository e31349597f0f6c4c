// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.igd;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.Vfio;
import io.jvfio.cli.ParsedJson;
import io.jvfio.cli.Run;
import io.jvfio.cli.command.ExitCode;
import io.jvfio.vendor.igd.spec.Backlight;
import io.jvfio.vendor.igd.spec.Blob;
import io.jvfio.vendor.igd.spec.ChildDevice;
import io.jvfio.vendor.igd.spec.OpRegionBuilder;
import io.jvfio.vendor.igd.spec.OpRegionField;
import io.jvfio.vendor.igd.spec.Panel;
import io.jvfio.vendor.igd.spec.PanelId;
import io.jvfio.vendor.igd.spec.Timing;
import io.jvfio.vendor.igd.spec.VbtBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IgdCommandsTest {
    private static final int VERSION = 250;

    @TempDir
    Path root;

    private Run run;

    @BeforeEach
    void make() {
        run = new Run(root);
    }

    private static Blob table() {
        Timing timing = new Timing(
                138_700, new Timing.Axis(1920, 160, 48, 32, 309, true), new Timing.Axis(1080, 31, 3, 5, 174, false));
        return new VbtBuilder(VERSION)
                .platform("TIGERLAKE")
                .child(ChildDevice.of(
                        VERSION,
                        Map.of(
                                ChildDevice.HANDLE, 8L,
                                ChildDevice.DEVICE_TYPE, 0x78c6L,
                                ChildDevice.DVO_PORT, 10L,
                                ChildDevice.AUX_CHANNEL, 0x40L)))
                .panelType(0)
                .panel(new Panel("PANEL", new PanelId("AUO", 0x123d, 7, 12, 2021), timing))
                .backlight(Backlight.pwm(VERSION, 200, 6, 255))
                .timing(timing)
                .build();
    }

    private String file(Blob bytes) throws IOException {
        return "file:" + Files.write(root.resolve("image"), bytes.toArray());
    }

    @Test
    void a_table_is_shown_with_all_that_is_decoded() throws IOException {
        assertThat(run.execute("igd", "vbt", file(table()))).isZero();

        assertThat(run.out.lines())
                .anySatisfy(line -> assertThat(line).matches(" +platform +TIGERLAKE"))
                .anySatisfy(line -> assertThat(line).matches(" +checksum +right"))
                .anySatisfy(line -> assertThat(line).matches("2 +0x\\w+ +44 +general definitions"))
                .anySatisfy(line -> assertThat(line).matches("LFP1 +0x0008 +eDP +0x78c6 +DP-A +0 +A"))
                .anySatisfy(line -> assertThat(line).matches("0 +PANEL +AUO +0x123d +138700 kHz +1920x1080 +60.02 .*"))
                .anySatisfy(line -> assertThat(line).matches("0 +PWM +high +200 +6 +255 +2 +0"))
                .anySatisfy(line -> assertThat(line).matches("138700 kHz +1920x1080 .*1920\\+48\\+32/2080 \\+ .*"));
    }

    @Test
    void a_table_as_JSON_has_every_field() throws IOException {
        assertThat(run.execute("igd", "vbt", "--json", file(table()))).isZero();

        assertThat(ParsedJson.object(run.out).toString())
                .contains("schema=1", "panelType=0", "deviceType=30918", "pwmHz=200", "millimetres", "findings");
        assertThat(run.out)
                .startsWith("{\"schema\":1,\"command\":\"igd vbt\"")
                .contains("\"deviceType\":30918")
                .contains("\"bdbVersion\":250")
                .contains("\"maker\":\"AUO\"");
    }

    @Test
    void a_block_is_shown_as_bytes() throws IOException {
        assertThat(run.execute("igd", "vbt", "--hex", "58", file(table()))).isZero();
        assertThat(run.out).startsWith("00000000  1c 00 cc 1d 02 00");

        assertThat(run.execute("igd", "vbt", "--hex", "57", file(table()))).isEqualTo(ExitCode.FAILED);
        assertThat(run.err).contains("has no block 57");
    }

    @Test
    void an_OpRegion_is_shown_by_mailbox() throws IOException {
        Blob region = new OpRegionBuilder(2, 1)
                .systemBios("BIOS 1.2")
                .put(OpRegionField.DIDL, 1, 0x80000301L)
                .vbtAt(0x2000, table())
                .presented();

        assertThat(run.execute("igd", "opregion", file(region))).isZero();

        assertThat(run.out.lines())
                .contains("header", "acpi", "asle", "swsci")
                .anySatisfy(line -> assertThat(line).matches(" +version +2.1"))
                .anySatisfy(line -> assertThat(line).matches(" +system BIOS +BIOS 1.2"))
                .anySatisfy(line -> assertThat(line).matches(" +table +relative, at 0x2000"))
                .anySatisfy(line -> assertThat(line).matches(" +DIDL +0x00000000 0x80000301 .*"))
                .anySatisfy(line -> assertThat(line).matches(" +RVDA +0x0000000000002000"))
                .noneSatisfy(line -> assertThat(line).contains("CSTS"));
        assertThat(run.execute("igd", "opregion", "--json", file(region))).isZero();
        assertThat(run.out).contains("\"CSTS\":\"0x00000000\"").contains("\"tableOffset\":\"0x2000\"");
    }

    @Test
    void in_short_it_is_told_what_there_is() throws IOException {
        Blob absolute = new OpRegionBuilder(2, 0).vbtAt(0x7fff0000L, table()).memory();

        assertThat(run.execute("igd", "info", file(absolute))).isZero();
        assertThat(run.out)
                .contains("FINDING")
                .contains("0x7fff0000 of the host")
                .doesNotContain("TIGERLAKE");
        assertThat(run.execute("igd", "vbt", file(absolute))).isEqualTo(ExitCode.FAILED);
        assertThat(run.err).contains("no video BIOS table that can be read").contains("of the host");

        assertThat(run.execute("igd", "info", "--json", file(table()))).isZero();
        assertThat(run.out).contains("\"vbt\":{\"platform\":\"TIGERLAKE\"").doesNotContain("opRegion");
        assertThat(run.execute("igd", "opregion", file(table()))).isEqualTo(ExitCode.FAILED);
        assertThat(run.err).contains("without an OpRegion");
    }

    @Test
    void what_is_neither_is_refused_in_one_line() throws IOException {
        assertThat(run.execute("igd", "info", file(Blob.of(new byte[100])))).isEqualTo(ExitCode.FAILED);
        assertThat(run.err.lines()).singleElement().asString().contains("neither an OpRegion");
        assertThat(run.execute("igd", "info", file(table().slice(0, 60)))).isEqualTo(ExitCode.FAILED);
        assertThat(run.err.lines()).singleElement().asString().contains("cannot be decoded: at 0x0");
        assertThat(run.execute("igd", "info", "file:" + root.resolve("nothing")))
                .isEqualTo(ExitCode.FAILED);
        assertThat(run.err.lines()).singleElement().asString().contains("read failed: ENOENT");
    }

    @Test
    void a_device_is_decoded_as_a_file_is() throws IOException {
        run.opener = Vfio::open;
        Files.write(
                root.resolve("opregion"),
                new OpRegionBuilder(2, 0).vbt(table()).region().toArray());
        String device = "model:igd?generation=9&opregion=" + root.resolve("opregion");

        assertThat(run.execute("igd", "info", device)).as(run.err).isZero();
        assertThat(run.out).contains("generation", "stolen base", "OpRegion at", "TIGERLAKE");
        assertThat(run.execute("igd", "vbt", device)).as(run.err).isZero();
        assertThat(run.out).contains("TIGERLAKE", "PANEL");
        assertThat(run.execute("igd", "opregion", device, "--json")).as(run.err).isZero();
        assertThat(run.json().get("command")).isEqualTo("igd opregion");

        assertThat(run.execute("igd", "info", "model:igd")).as(run.err).isZero();
        assertThat(run.out).contains("none, as is usual");
        assertThat(run.execute("igd", "opregion", "model:igd")).isEqualTo(ExitCode.FAILED);
        assertThat(run.err.lines()).singleElement().asString().contains("no OpRegion");
        assertThat(run.execute("igd", "info", "model:edu")).isEqualTo(ExitCode.FAILED);
        assertThat(run.err.lines()).singleElement().asString().contains("no display of Intel's");
    }

    @Test
    void a_broken_part_hides_no_other() throws IOException {
        Blob broken = new VbtBuilder(VERSION)
                .block(2, new byte[] {0, 0, 0, 0, 9, 1, 1, 1, 1, 1, 1, 1, 1, 1})
                .backlight(Backlight.pwm(VERSION, 321, 6, 255))
                .build();

        assertThat(run.execute("igd", "vbt", file(broken))).isZero();

        assertThat(run.out).contains("321").contains("entries of 9 bytes are too short");
    }
}
