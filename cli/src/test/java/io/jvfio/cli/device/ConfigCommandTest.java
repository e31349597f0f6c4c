// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.Vfio;
import io.jvfio.cli.FakeDevice;
import io.jvfio.cli.Run;
import io.jvfio.cli.command.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigCommandTest {
    private static final String EDU = "0000:00:04.0";
    private static final String OTHER = "0000:00:05.0";

    @TempDir
    Path root;

    private final FakeDevice device = new FakeDevice(0x1234, 0x11e8);
    private final Vfio vfio = Vfio.create();
    private Run run;
    private Path other;

    @BeforeEach
    void openFake() {
        run = new Run(root);
        run.host.bound(EDU, "1234:11E8", "FF00", 3);
        other = run.host.function(OTHER, "1234:11E8", "FF00");
        run.device(vfio, device);
    }

    @AfterEach
    void close() {
        vfio.close();
    }

    @Test
    void an_open_device_is_shown_one_line_for_each_register() {
        device.config.putShort(4, (short) 0x0406);

        assertThat(run.execute("config", EDU)).isZero();

        assertThat(run.out.lines())
                .startsWith(EDU + " A vendor Educational Device", "source: vfio, 256 bytes")
                .anySatisfy(line ->
                        assertThat(line).matches("  04  Control +0x0406  I/O- Mem\\+ BusMaster\\+ .*DisINTx\\+"))
                .contains("40 MSI: Message Signalled Interrupts")
                .anySatisfy(line -> assertThat(line).matches("  42  MSICtl +0x0000  Enable- Capable=1 Count=1 .*"));
        assertThat(run.out).doesNotContain("00: 34 12");
        assertThat(device.closed).isTrue();
    }

    @Test
    void a_device_that_cannot_be_opened_is_read_from_sysfs() throws IOException {
        Files.write(other.resolve("config"), device.config.array());

        assertThat(run.execute("config", OTHER)).isZero();

        assertThat(run.out).contains("source: sysfs, 256 bytes").contains("40 MSI");
        assertThat(device.closed).isFalse();
    }

    @Test
    void sysfs_leaves_a_device_alone_that_could_be_opened() throws IOException {
        Files.write(root.resolve("sys/bus/pci/devices/" + EDU + "/config"), device.config.array());

        assertThat(run.execute("config", "sysfs:" + EDU)).isZero();

        assertThat(run.out).contains("source: sysfs");
        assertThat(device.closed).isFalse();
    }

    @Test
    void without_privilege_there_is_a_header_and_a_word_on_what_is_missing() throws IOException {
        byte[] header = new byte[64];
        device.config.get(0, header);
        Files.write(other.resolve("config"), header);

        assertThat(run.execute("config", OTHER)).isZero();

        assertThat(run.out)
                .contains("source: sysfs, 64 bytes")
                .contains("34  not-known: what the pointer 0x40 leads to is not at hand");
    }

    @Test
    void vital_product_data_is_shown_where_sysfs_has_it() throws IOException {
        Files.write(other.resolve("config"), device.config.array());
        Files.write(
                other.resolve("vpd"),
                new byte[] {(byte) 0x82, 4, 0, 'c', 'a', 'r', 'd', (byte) 0x90, 5, 0, 'S', 'N', 2, 'A', '1', 0x78});

        run.execute("config", OTHER);

        assertThat(run.out.lines())
                .contains("vital product data", "  product   card", "  SN        A1", "  checksum  absent");
        run.execute("config", OTHER, "--json");
        assertThat(run.out)
                .contains("\"vpd\":{\"identifier\":\"card\",\"readOnly\":[{\"name\":\"SN\",\"value\":\"A1\"}]");
    }

    @Test
    void hex_can_be_read_back_as_a_dump() throws IOException {
        run.execute("config", EDU, "-x");
        Path dump = root.resolve("dump.txt");
        Files.writeString(dump, run.out);
        String opened = run.out;

        assertThat(run.execute("config", "dump:" + dump + "#" + EDU, "--hex")).isZero();

        assertThat(opened).contains("00: 34 12 e8 11 ").contains("f0: 00 00 ");
        assertThat(run.out).isEqualTo(opened.replace("source: vfio", "source: dump"));
    }

    @Test
    void a_dump_without_an_address_shows_all_its_functions() throws IOException {
        Path dump = root.resolve("dump.txt");
        Files.writeString(dump, "00:01.0 x\n00: 34 12 e8 11\n\n00:02.0 y\n00: 34 12 e8 11\n");

        assertThat(run.execute("config", "dump:" + dump, "--json")).isZero();

        assertThat((List<?>) run.json().get("functions"))
                .extracting(function -> ((Map<?, ?>) function).get("device"))
                .isEqualTo(List.of("0000:00:01.0", "0000:00:02.0"));
        assertThat(run.execute("config", "dump:" + dump + "#00:02.0")).isZero();
        assertThat(run.out).startsWith("0000:00:02.0 A vendor").doesNotContain("00:01.0");
    }

    @Test
    void json_has_every_field_with_its_bits_and_what_may_be_done_with_it() {
        device.config.putShort(4, (short) 4);
        run.execute("config", EDU, "--json");

        Map<?, ?> function = (Map<?, ?>) ((List<?>) run.json().get("functions")).getFirst();
        assertThat(run.json().get("schema")).isEqualTo(1L);
        assertThat(function.get("source")).isEqualTo("vfio");
        Map<?, ?> control = (Map<?, ?>) ((List<?>) function.get("header")).get(2);
        assertThat(control.get("value")).isEqualTo("0x0004");
        assertThat(((List<?>) control.get("fields")).get(2))
                .isEqualTo(Map.of(
                        "name", "BusMaster", "high", 2L, "low", 2L, "access", "RW", "value", "0x1", "set", true));
        assertThat(function.get("bytes")).isNull();
        run.execute("config", EDU, "--json", "-x");
        assertThat(run.out).contains("\"bytes\":[\"34 12 e8 11 ");
    }

    @Test
    void a_virtual_function_is_called_by_the_ids_that_the_host_knows() throws IOException {
        byte[] ofVirtual = device.config.array().clone();
        Arrays.fill(ofVirtual, 0, 4, (byte) 0xff);
        Files.write(other.resolve("config"), ofVirtual);
        Files.writeString(other.resolve("vendor"), "0x1234\n");
        Files.writeString(other.resolve("device"), "0x11e8\n");
        Files.createSymbolicLink(other.resolve("physfn"), Path.of("../" + EDU));

        assertThat(run.execute("config", "sysfs:" + OTHER, "-x")).isZero();

        assertThat(run.out).startsWith(OTHER + " A vendor Educational Device").contains("00: 34 12 e8 11");
        assertThat(run.execute("show", "sysfs:" + OTHER)).isZero();
        assertThat(run.out).containsPattern("not opened +not asked for");
    }

    @Test
    void what_there_is_not_is_said() {
        assertThat(run.execute("config", "sysfs:0000:00:1f.0")).isEqualTo(ExitCode.FAILED);
        assertThat(run.err).contains("no config space of a PCI function 0000:00:1f.0");
        assertThat(run.execute("config", "dump:" + root + "/nothing")).isEqualTo(ExitCode.FAILED);
        assertThat(run.err).contains("cannot be read");
        assertThat(run.execute("config", "dump:" + root + "/nothing#7")).isEqualTo(ExitCode.USAGE);
        assertThat(run.execute("config", "sysfs:elsewhere")).isEqualTo(ExitCode.USAGE);
    }
}
