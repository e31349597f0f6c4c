// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.PciAddress;
import io.jvfio.Vfio;
import io.jvfio.host.Host;
import io.jvfio.host.VirtualFunctions;
import io.jvfio.host.VirtualFunctions.CreateOptions;
import io.jvfio.pci.PciDevice;
import io.jvfio.pci.config.ConfigContents;
import io.jvfio.pci.config.ConfigDump;
import io.jvfio.pci.config.ConfigImage;
import io.jvfio.pci.config.DumpedFunction;
import io.jvfio.pci.config.FieldValue;
import io.jvfio.pci.config.RegisterValue;
import io.jvfio.tests.lab.LabDevices;
import io.jvfio.tests.lab.LabDrivers;
import io.jvfio.tests.lab.LabFacts;
import io.jvfio.tests.lab.LabParts;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Config space of every function of the guest, against {@code lspci} and sysfs. */
final class ConfigKernelIT {
    private static final Path DEVICES = Path.of("/sys/bus/pci/devices");
    private static final int EXPRESS = 0x10;
    private static final int SRIOV = 0x10;

    /** So many flags, numbers and words there are of a function at least; fewer mean that the test has gone blind. */
    private static final int FEWEST_OF_EACH = 80;

    private static final int FEWEST_OF_ONE = 50;
    private static final int IGB_VF_ID = 0x10ca8086;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Host host = Host.system();

    @Test
    void every_field_that_lspci_decodes_too_has_the_same_value() throws Exception {
        List<String> options = new ArrayList<>(List.of("-D", "-vvvnn"));
        options.addAll(LabFacts.words("lspci.options"));
        List<LspciFunction> functions = LspciFunction.parse(Lspci.run(options.toArray(String[]::new)));
        LspciComparison comparison = new LspciComparison();
        for (LspciFunction function : functions) {
            comparison.compare(function, sysfs(function.address()));
        }
        assertThat(comparison.disagreements).isEmpty();
        assertThat(comparison.unknown).isEmpty();
        assertThat(comparison.unmapped).isEmpty();
        assertThat(functions).hasSameSizeAs(host.functions());
        assertThat(comparison.compared).isGreaterThan(FEWEST_OF_EACH * functions.size());
    }

    /** Its own bytes for vendor and device are ones. */
    @Test
    @Tag(LabParts.NEEDS_IGB)
    void a_virtual_function_is_what_lspci_says_too() throws Exception {
        LabDrivers.allowVirtualFunctions(true);
        VirtualFunctions functions = host.virtualFunctions(PciAddress.parse(LabDevices.IGB));
        try {
            functions.create(1, CreateOptions.defaults().withDeadline(PATIENCE));
            PciAddress virtual = PciAddress.parse(LabDevices.IGB_FIRST_VF);
            LspciComparison comparison = new LspciComparison();
            comparison.compare(
                    LspciFunction.parse(Lspci.run("-D", "-vvvnn", "-s", LabDevices.IGB_FIRST_VF))
                            .getFirst(),
                    sysfs(virtual));

            // It has no BARs of its own; lspci shows those that the kernel has cut out of the physical function's.
            assertThat(comparison.disagreements)
                    .allSatisfy(line -> assertThat(line).startsWith(LabDevices.IGB_FIRST_VF + " BAR"));
            assertThat(comparison.compared).isGreaterThan(FEWEST_OF_ONE);
            assertThat(host.config(virtual).orElseThrow().read32(0)).isEqualTo(IGB_VF_ID);
            assertThat(host.function(virtual).orElseThrow().ids().device()).isEqualTo(IGB_VF_ID >>> Short.SIZE);
            assertThat(Lspci.run("-D", "-n", "-s", LabDevices.IGB_FIRST_VF)).contains(" 8086:10ca ");
        } finally {
            functions.remove(PATIENCE);
        }
    }

    @Test
    void a_dump_of_lspci_decodes_as_sysfs_does() throws Exception {
        List<DumpedFunction> dumped = ConfigDump.read(new StringReader(Lspci.run("-D", "-vvv", "-xxxx")));
        assertThat(dumped).hasSameSizeAs(host.functions());
        for (DumpedFunction function : dumped) {
            assertThat(ConfigContents.of(function.config()))
                    .as("%s", function.address())
                    .isEqualTo(sysfs(function.address()));
        }
    }

    @Test
    void no_function_of_the_guest_has_a_malformed_list() {
        host.functions()
                .forEach(function -> assertThat(sysfs(function.address()).findings())
                        .as("%s", function.address())
                        .isEmpty());
    }

    @Test
    @Tag(LabParts.NEEDS_IGB)
    void sysfs_attributes_say_the_same() throws IOException {
        int links = 0;
        for (var function : host.functions()) {
            Path folder = DEVICES.resolve(function.address().toString());
            ConfigContents contents = sysfs(function.address());
            long type = contents.register("Class").value();
            assertThat(attribute(folder, "vendor")).isEqualTo(hex("0x%04x", contents.register("VendorID")));
            assertThat(attribute(folder, "device")).isEqualTo(hex("0x%04x", contents.register("DeviceID")));
            assertThat(attribute(folder, "class")).isEqualTo(String.format("0x%06x", type >> 8));
            assertThat(attribute(folder, "revision")).isEqualTo(String.format("0x%02x", type & 0xff));
            var express = contents.capability(EXPRESS);
            if (express.isPresent() && express.get().find("LnkSta").isPresent()) {
                links++;
                RegisterValue status = express.get().register("LnkSta");
                assertThat(attribute(folder, "current_link_width"))
                        .isEqualTo(Long.toString(status.field("Width").value()));
                assertThat(attribute(folder, "current_link_speed")
                                .replace(".0 ", "")
                                .replace(" PCIe", "")
                                .replace(" ", ""))
                        .isEqualTo(status.field("Speed").word());
                assertThat(attribute(folder, "max_link_width"))
                        .isEqualTo(Long.toString(
                                express.get().register("LnkCap").field("Width").value()));
            }
            if (function.address().toString().equals(LabDevices.IGB)) {
                assertThat(attribute(folder, "sriov_totalvfs"))
                        .isEqualTo(Long.toString(contents.extendedCapability(SRIOV)
                                .orElseThrow()
                                .register("TotalVFs")
                                .value()));
            }
        }
        assertThat(links).isGreaterThan(3);
    }

    @Test
    @Tag(LabParts.NEEDS_IGB)
    void an_open_device_shows_what_vfio_does_not_change() {
        try (PciDevice device = Vfio.open(LabDevices.IGB)) {
            ConfigContents opened = ConfigContents.of(device.config());
            ConfigContents shown = sysfs(PciAddress.parse(LabDevices.IGB));
            assertThat(opened.findings()).isEmpty();
            assertThat(opened.capabilities())
                    .extracting(capability -> capability.name())
                    .contains("PM", "MSI", "MSI-X", "Express", "AER")
                    .isSubsetOf(shown.capabilities().stream()
                            .map(capability -> capability.name())
                            .toList());
            assertThat(opened.capability(EXPRESS).orElseThrow().register("DevCap"))
                    .isEqualTo(shown.capability(EXPRESS).orElseThrow().register("DevCap"));
        }
    }

    /** The bit that lets the function report errors stands among ten others of its register; vfio lets it through. */
    @Test
    @Tag(LabParts.NEEDS_IGB)
    void a_typed_write_changes_its_field_alone() {
        try (PciDevice device = Vfio.open(LabDevices.IGB)) {
            RegisterValue before = ConfigContents.of(device.config()).register("Control");
            FieldValue errors = before.field("SERR");

            device.config().write(errors, errors.isSet() ? 0 : 1);

            int after = device.config().read16(before.offset());
            assertThat(after)
                    .isEqualTo((int) (before.value() ^ errors.field().bits().mask()));
            device.config().write(errors, errors.value());
            assertThat(device.config().read16(before.offset())).isEqualTo((int) before.value());
        }
    }

    private ConfigContents sysfs(PciAddress address) {
        ConfigImage image = host.config(address).orElseThrow(() -> new AssertionError("no config space of " + address));
        return ConfigContents.of(image);
    }

    private static String hex(String format, RegisterValue register) {
        return String.format(format, register.value());
    }

    private static String attribute(Path folder, String name) throws IOException {
        return Files.readString(folder.resolve(name)).strip();
    }
}
