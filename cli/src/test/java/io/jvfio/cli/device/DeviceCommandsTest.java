// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.Vfio;
import io.jvfio.cli.FakeDevice;
import io.jvfio.cli.Run;
import io.jvfio.cli.command.Converters;
import io.jvfio.cli.command.ExitCode;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.OpenOptions.IommuChoice;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class DeviceCommandsTest {
    private static final String EDU = "0000:00:04.0";

    @TempDir
    Path root;

    private final FakeDevice device = new FakeDevice(0x1234, 0x11e8);
    private final Vfio vfio = Vfio.create();
    private Run run;

    @BeforeEach
    void openFake() {
        run = new Run(root);
        run.host.bound(EDU, "1234:11E8", "FF00", 3);
        run.device(vfio, device);
    }

    @AfterEach
    void close() {
        vfio.close();
    }

    @ParameterizedTest
    @CsvSource({"8,0x88", "16,0x7788", "32,0x55667788", "64,0x1122334455667788"})
    void read_prints_a_register_in_its_width(int width, String expected) {
        device.bar.putLong(0x10, 0x1122334455667788L);

        assertThat(run.execute("read", EDU, "bar0", "0x10", String.valueOf(width)))
                .isZero();

        assertThat(run.out).isEqualTo(String.format("%s%n", expected));
        assertThat(device.closed).isTrue();
    }

    @Test
    void read_takes_32_bits_unless_told_otherwise() {
        device.bar.putInt(16, 0x010000ed);

        run.execute("read", EDU, "0", "16");

        assertThat(run.out).isEqualTo(String.format("0x010000ed%n"));
    }

    @Test
    void read_prints_json() {
        device.config.putShort(2, (short) 0x11e8);

        assertThat(run.execute("read", EDU, "config", "2", "16", "--json")).isZero();

        assertThat(run.json())
                .isEqualTo(Map.of(
                        "schema", 1L, "command", "read", "device", EDU, "region", "config", "offset", "0x2", "width",
                        16L, "value", "0x11e8"));
    }

    @Test
    void config_space_takes_any_alignment() {
        device.config.putInt(1, 0x04030201);

        assertThat(run.execute("read", EDU, "config", "1", "32")).isZero();
        assertThat(run.out).startsWith("0x04030201");
    }

    @ParameterizedTest
    @CsvSource({
        "bar1,0,has no region bar1",
        "9,0,has no region 9",
        "bar0,0x1000,is not inside bar0",
        "config,0xfe,is not inside config",
        "bar0,0xfffffffffffffffc,is not inside bar0"
    })
    void an_access_outside_fails_before_it_is_made(String region, String offset, String reason) {
        assertThat(run.execute("read", EDU, region, offset)).isEqualTo(ExitCode.FAILED);

        assertThat(run.err).contains(reason).hasLineCount(1);
        assertThat(run.out).isEmpty();
        assertThat(device.closed).isTrue();
    }

    @Test
    void write_changes_a_register_and_says_nothing() {
        assertThat(run.execute("write", EDU, "bar0", "0x20", "0xffffffff")).isZero();
        assertThat(run.execute("write", EDU, "bar0", "0x24", "255", "8")).isZero();

        assertThat(device.bar.getLong(0x20)).isEqualTo(0xff_ffffffffL);
        assertThat(run.out).isEmpty();
    }

    @Test
    void write_of_64_bits_takes_the_largest_number() {
        assertThat(run.execute("write", EDU, "bar0", "8", "18446744073709551615", "64", "--json"))
                .isZero();

        assertThat(device.bar.getLong(8)).isEqualTo(-1);
        assertThat(run.json().get("value")).isEqualTo("0xffffffffffffffff");
    }

    @Test
    void reset_resets() {
        assertThat(run.execute("reset", EDU)).isZero();

        assertThat(device.resets).isEqualTo(1);
        assertThat(run.out).startsWith(EDU + " was reset in ");
    }

    @Test
    void reset_of_what_has_none_fails() {
        device.resettable = false;

        assertThat(run.execute("reset", EDU)).isEqualTo(ExitCode.FAILED);

        assertThat(run.err).contains("ENOTTY").hasLineCount(1);
        assertThat(device.resets).isZero();
    }

    @Test
    void a_hot_reset_needs_a_carrier_that_has_it() {
        assertThat(run.execute("reset", EDU, "--hot")).isEqualTo(ExitCode.FAILED);

        assertThat(run.err).contains("ENOTTY", "no hot reset").hasLineCount(1);
        assertThat(device.resets).isZero();
    }

    @Test
    void show_prints_what_the_device_says() {
        assertThat(run.execute("show", EDU)).isZero();

        assertThat(run.out)
                .contains("opened with  an address space of the test")
                .contains("0x0..0xfedfffff, 0xfef00000..0xffffffffffffffff")
                .contains("pages of 4 KiB, 2 MiB, 1 GiB; 65535 more maps; 8 MiB of locked memory, 4 KiB used")
                .containsPattern("bar0 +4 KiB +rw +2 KiB +memory 32-bit")
                .containsPattern("MSI +4 +-")
                .containsPattern("0x040 +0x05 +Message Signalled Interrupts");
        assertThat(device.closed).isTrue();
    }

    @Test
    void show_prints_json() {
        assertThat(run.execute("show", EDU, "--json")).isZero();

        Map<?, ?> opened = (Map<?, ?>) run.json().get("opened");
        assertThat((List<?>) opened.get("regions")).hasSize(2);
        assertThat((List<?>) opened.get("interrupts")).hasSize(4);
        assertThat(((Map<?, ?>) opened.get("limits")).get("pageSizes")).isEqualTo("0x40201000");
    }

    @Test
    void irq_lists_what_interrupts() {
        assertThat(run.execute("irq", EDU)).isZero();

        assertThat(run.out).isEqualToNormalizingNewlines("""
                        INTERRUPT  VECTORS  CAN
                        INTx       1        mask,automask
                        MSI        4        -
                        ERR        1        -
                        REQ        1        -
                        """);
    }

    @Test
    void irq_waits_and_counts() {
        assertThat(run.execute("irq", EDU, "--type", "msi", "--wait", "0.01")).isZero();

        assertThat(run.out).startsWith("MSI: 4 vectors enabled").endsWith(String.format("0 interrupts%n"));
        assertThat(device.closed).isTrue();
    }

    @Test
    void irq_that_waits_ends_with_the_device() {
        device.vanishes = true;
        long start = System.nanoTime();
        assertThat(run.execute("irq", EDU, "--type", "msi", "--wait", "60")).isEqualTo(ExitCode.FAILED);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
        assertThat(run.err).contains("was removed");
    }

    @Test
    void irq_fails_if_a_triggered_vector_does_not_arrive() {
        assertThat(run.execute("irq", EDU, "--type", "msi", "--vectors", "2", "--trigger", "--wait", "0.01", "--json"))
                .isEqualTo(ExitCode.FAILED);

        assertThat(run.json().get("silentVectors")).isEqualTo(2L);
    }

    @Test
    void irq_of_a_kind_that_the_device_has_not_fails() {
        assertThat(run.execute("irq", EDU, "--type", "msix")).isEqualTo(ExitCode.FAILED);
        assertThat(run.err).contains("has no MSI-X interrupts");
    }

    @Test
    void demo_refuses_what_it_has_no_driver_for() {
        run.device(vfio, new FakeDevice(0x8086, 0x10d3));

        assertThat(run.execute("demo", EDU)).isEqualTo(ExitCode.FAILED);
        assertThat(run.err)
                .contains("is neither an NVMe controller nor an edu device: it is 8086:10d3")
                .hasLineCount(1);
    }

    @ParameterizedTest
    @EnumSource(IommuChoice.class)
    void the_kind_of_iommu_interface_reaches_the_device(IommuChoice choice) {
        List<OpenOptions> asked = new ArrayList<>();
        run.opener = (locator, options) -> {
            asked.add(options);
            return vfio.pci(new FakeDevice(0x1234, 0x11e8), locator);
        };
        String spelling = Converters.spelling(choice);

        assertThat(run.execute("--iommu", spelling, "read", EDU, "bar0", "0")).isZero();
        assertThat(run.execute("read", EDU, "bar0", "0", "--iommu=" + spelling)).isZero();

        assertThat(asked).extracting(OpenOptions::iommu).containsExactly(choice, choice);
    }

    @Test
    void a_vf_token_reaches_the_device() {
        List<OpenOptions> asked = new ArrayList<>();
        run.opener = (locator, options) -> {
            asked.add(options);
            return vfio.pci(new FakeDevice(0x1234, 0x11e8), locator);
        };
        String token = "6a766600-0000-4000-8000-000000000001";

        run.execute("read", EDU, "bar0", "0", "--vf-token", token);

        assertThat(asked.getFirst().vfToken()).hasToString(token);
    }
}
