// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.Vfio;
import io.jvfio.pci.PciDevice;
import io.jvfio.tests.lab.AccessMode;
import io.jvfio.tests.lab.LabDevices;
import io.jvfio.tests.lab.LabParts;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** What an operator and a learner do with the command. */
final class CliKernelIT {
    private static final int NOT_ACCESSIBLE = 7;

    @Test
    @Tag(LabParts.NEEDS_EDU)
    @Tag(LabParts.NEEDS_IGB)
    void list_shows_every_device_and_how_it_could_be_opened() {
        Command list = Command.run("list");

        assertThat(list.code()).isZero();
        assertThat(list.lines())
                .anySatisfy(line -> assertThat(line)
                        .startsWith(LabDevices.EDU)
                        .contains("1234:11e8")
                        .contains("vfio-pci")
                        .contains("iommufd,group"))
                .anySatisfy(line ->
                        assertThat(line).startsWith(LabDevices.ROOT_PORT).contains("bridge"))
                .anySatisfy(line -> assertThat(line).startsWith(LabDevices.IGB).contains(" PF "))
                .anySatisfy(line -> assertThat(line)
                        .startsWith("mdev:" + LabDevices.MTTY)
                        .contains("mtty-1")
                        .contains("iommufd,group"));
    }

    @Test
    @Tag(LabParts.NEEDS_EDU)
    void list_as_json_has_the_same() {
        Command list = Command.run("list", "--json");

        assertThat(list.code()).isZero();
        assertThat(list.lines())
                .singleElement()
                .satisfies(object -> assertThat(object)
                        .startsWith("{\"schema\":1,\"command\":\"list\"")
                        .contains("\"locator\":\"" + LabDevices.EDU + "\"")
                        .contains("\"uuid\":\"" + LabDevices.MDPY + "\""));
    }

    @Test
    @Tag(LabParts.NEEDS_NO_IOMMU)
    void list_shows_which_device_no_iommu_watches() {
        assertThat(Command.run("list").lines())
                .anySatisfy(
                        line -> assertThat(line).startsWith(LabDevices.NO_IOMMU).contains("unsafe:"));
        assertThat(Command.run("list", "--json").out()).contains("\"locator\":\"noiommu:" + LabDevices.NO_IOMMU + "\"");
    }

    @Test
    @Tag(LabParts.NEEDS_EDU)
    void show_says_what_the_device_is_and_what_it_was_opened_with() {
        Command show = Command.run("show", LabDevices.EDU);

        assertThat(show.code()).isZero();
        assertThat(show.out())
                .containsPattern("opened with +IOAS .*iommufd")
                .containsPattern("bar0 +1 MiB +rw +yes +memory 32-bit")
                .containsPattern("INTx +1 +mask,automask")
                .containsPattern("MSI +1");
    }

    @Test
    @Tag(LabParts.NEEDS_IGB)
    void config_takes_an_open_device_apart_and_one_that_cannot_be_opened() {
        Command opened = Command.run("config", LabDevices.IGB, "-x");
        Command bridge = Command.run("config", LabDevices.ROOT_PORT);

        assertThat(opened.code()).isZero();
        assertThat(opened.out())
                .contains("source: vfio, 4096 bytes")
                .containsPattern("70 MSI-X: .*\n +72 +MSIXCtl +0x0009 +Count=10 Masked- Enable-")
                .containsPattern("\n00: 86 80 c9 10 ")
                .doesNotContain("findings");
        assertThat(bridge.code()).isZero();
        assertThat(bridge.out()).contains("source: sysfs").containsPattern("3e +BridgeCtl");
    }

    @Test
    @Tag(LabParts.NEEDS_MEDIATED)
    void show_opens_mediated_devices_too() {
        Command show = Command.run("show", "mdev:" + LabDevices.MTTY);

        assertThat(show.code()).isZero();
        assertThat(show.out()).contains("mtty-1").contains("opened with");
    }

    @ParameterizedTest(name = "[mode={0}]")
    @EnumSource(mode = Mode.EXCLUDE, names = "NOIOMMU")
    @Tag(LabParts.NEEDS_EDU)
    void demo_drives_edu(AccessMode mode) {
        Command demo = Command.run("--iommu", mode.toString(), "demo", LabDevices.EDU);

        assertThat(demo.err()).isEmpty();
        assertThat(demo.code()).isZero();
        assertThat(demo.out())
                .contains("0x010000ed, revision 1.0")
                .contains("10! = 3628800")
                .contains("4096 bytes written back, all equal")
                .contains("100 x MSI");
    }

    @Test
    @Tag(LabParts.NEEDS_EDU)
    void demo_tells_its_steps_as_json() {
        Command demo = Command.run("demo", LabDevices.EDU, "--json");

        assertThat(demo.code()).isZero();
        assertThat(demo.out()).contains("\"device\":\"" + LabDevices.EDU + "\"").contains("\"name\":\"DMA write\"");
    }

    @Test
    void demo_refuses_another_device() {
        Command demo = Command.run("demo", LabDevices.E1000E);

        assertThat(demo.code()).isEqualTo(1);
        assertThat(demo.err()).contains("8086:10d3").hasLineCount(1);
    }

    @ParameterizedTest
    @CsvSource({"bar0,0,32,0x010000ed", "config,0,16,0x1234", "config,2,16,0x11e8", "config,9,8,0x00"})
    @Tag(LabParts.NEEDS_EDU)
    void read_reads_a_register(String region, String offset, String width, String value) {
        assertThat(Command.run("read", LabDevices.EDU, region, offset, width)).isEqualTo(new Command(0, value, ""));
    }

    /** Edu has no reset, so its registers outlive the close. */
    @Test
    @Tag(LabParts.NEEDS_EDU)
    void what_write_writes_is_there_to_be_read() {
        assertThat(Command.run("write", LabDevices.EDU, "bar0", "4", "0x0f1e2d3c"))
                .isEqualTo(new Command(0, "", ""));
        assertThat(Command.run("read", LabDevices.EDU, "bar0", "4").out()).isEqualTo("0xf0e1d2c3");
    }

    @Test
    @Tag(LabParts.NEEDS_IGB)
    void reset_resets_a_function_that_can_be_reset() {
        Command reset = Command.run("reset", LabDevices.IGB);

        assertThat(reset.code()).isZero();
        assertThat(reset.out()).startsWith(LabDevices.IGB + " was reset in ");
    }

    @Test
    @Tag(LabParts.NEEDS_EDU)
    void reset_of_edu_fails() {
        Command reset = Command.run("reset", LabDevices.EDU);

        assertThat(reset.code()).isEqualTo(1);
        assertThat(reset.err()).contains("ENOTTY").hasLineCount(1);
    }

    @ParameterizedTest
    @CsvSource({LabDevices.IGB + ",msix", LabDevices.EDU + ",msi", LabDevices.EDU + ",intx"})
    @Tag(LabParts.NEEDS_EDU)
    @Tag(LabParts.NEEDS_IGB)
    void every_vector_that_is_triggered_arrives(String device, String type) {
        Command irq = Command.run("irq", device, "--type", type, "--trigger", "--json");

        assertThat(irq.err()).isEmpty();
        assertThat(irq.code()).isZero();
        assertThat(irq.out()).contains("\"type\":\"" + type + "\"").contains("\"silentVectors\":0");
    }

    @Test
    @Tag(LabParts.NEEDS_IGB)
    void interrupts_are_told_as_they_come() {
        Command irq = Command.run("irq", LabDevices.IGB, "--type", "msix", "--vectors", "3", "--trigger");

        assertThat(irq.code()).isZero();
        assertThat(irq.lines()).hasSize(5);
        assertThat(irq.lines().getFirst()).isEqualTo("MSI-X: 3 vectors enabled, waiting 2 s");
        assertThat(irq.lines().subList(1, 4))
                .allSatisfy(
                        line -> assertThat(line).containsPattern("^\\+[0-9.]+ [num]?s  vector [0-2]  1 interrupt$"));
        assertThat(irq.lines().getLast()).isEqualTo("3 interrupts");
    }

    /** The kernel says EINVAL to a second user of the device's own node. */
    @ParameterizedTest(name = "[mode={0}]")
    @CsvSource({"iommufd,EINVAL", "type1,EBUSY"})
    @Tag(LabParts.NEEDS_EDU)
    void a_device_that_somebody_has_cannot_be_had(String mode, String errno) {
        try (PciDevice held = Vfio.open(LabDevices.EDU)) {
            Command read = Command.run("--iommu", mode, "read", held.name(), "bar0", "0");

            assertThat(read.code()).isEqualTo(NOT_ACCESSIBLE);
            assertThat(read.err()).contains(errno, "hint:", "fuser -v").hasLineCount(1);
        }
    }

    @Test
    @Tag(LabParts.NEEDS_NO_IOMMU)
    void a_device_without_an_iommu_is_opened_only_when_named_so() {
        Command refused = Command.run("read", LabDevices.NO_IOMMU, "bar0", "8");

        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err()).contains("noiommu:" + LabDevices.NO_IOMMU).hasLineCount(1);
        assertThat(Command.run("read", "noiommu:" + LabDevices.NO_IOMMU, "config", "0", "16"))
                .isEqualTo(new Command(0, "0x8086", ""));
    }

    @Test
    @Tag(LabParts.NEEDS_IGB)
    void a_bridge_cannot_be_opened() {
        Command read = Command.run("read", LabDevices.ROOT_PORT, "config", "0");

        assertThat(read.code()).isEqualTo(1);
        assertThat(read.err()).contains("it is a bridge").hasLineCount(1);
    }
}
