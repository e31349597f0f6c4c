// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.host.HostFinding.Level;
import io.jvfio.host.HostFinding.Topic;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whether devices can raise only their own interrupts, from what everybody may read. */
class InterruptExaminationTest {
    private static final String PLAIN =
            "           CPU0\n  2:   7   IO-APIC    2-edge      timer\n 24: 3  PCI-MSIX-0000:00:1f.2   0-edge  ahci\n";

    @TempDir
    Path root;

    private FakeHost fake;

    @BeforeEach
    void makeHost() {
        fake = new FakeHost(root);
        iommu("dmar0");
    }

    private void iommu(String name) {
        fake.text("sys/class/iommu/" + name + "/devices/0000:00:04.0/uevent", "");
    }

    private void parameter(String module, String value) {
        fake.text("sys/module/" + module + "/parameters/allow_unsafe_interrupts", value + "\n");
    }

    private HostFinding finding() {
        return fake.host().examine().stream()
                .filter(finding -> finding.topic() == Topic.INTERRUPTS)
                .reduce((one, other) -> {
                    throw new AssertionError(one + " and " + other);
                })
                .orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                " 25:  0   IR-PCI-MSI 524288-edge   xhci_hcd",
                "  9:  0   IR-IO-APIC-fasteoi   acpi",
                " 31:  0  IR-PCI-MSIX-0000:01:00.0    0-edge  nvme0q0",
                " 90:  0   ITS-MSI 524288 Edge   eth0",
                " 91:  0   ITS-PCI-MSIX-0000:01:00.0   0 Edge   nvme0q0"
            })
    void the_name_of_an_interrupt_chip_tells_that_they_are_remapped(String line) {
        fake.text("proc/interrupts", PLAIN + line + "\n");

        assertThat(finding().level()).isEqualTo(Level.OK);
        assertThat(finding().remedy()).isEmpty();
    }

    @Test
    void adapters_of_ibm_z_have_their_own() {
        FakeHost.remove(root.resolve("sys/class/iommu"));
        iommu("s390-iommu.00000001");

        assertThat(finding().level()).isEqualTo(Level.OK);
    }

    @ParameterizedTest
    @ValueSource(strings = {"dmar0", "ivhd0"})
    void without_remapping_no_device_can_be_opened(String name) {
        FakeHost.remove(root.resolve("sys/class/iommu"));
        iommu(name);
        fake.text("proc/interrupts", PLAIN);
        parameter("vfio_iommu_type1", "N");
        parameter("iommufd", "N");

        assertThat(finding().level()).isEqualTo(Level.PROBLEM);
        assertThat(finding().text()).contains("does not remap interrupts, so VFIO refuses devices");
        assertThat(finding().remedy())
                .contains(
                        "in the firmware",
                        "echo Y > /sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts",
                        "echo Y > /sys/module/iommufd/parameters/allow_unsafe_interrupts");
    }

    @Test
    void an_iommu_that_cannot_is_told_from_one_that_is_not_asked_to() {
        fake.text("proc/interrupts", PLAIN);
        fake.text("sys/class/iommu/dmar0/intel-iommu/ecap", "f020de\n");
        assertThat(finding().text()).startsWith("the IOMMU does not remap interrupts");

        fake.text("sys/class/iommu/dmar0/intel-iommu/ecap", "f00f02\n");
        assertThat(finding().text()).startsWith("the IOMMU cannot remap interrupts");
    }

    @ParameterizedTest
    @ValueSource(strings = {"intremap=off", "nointremap"})
    void remapping_that_is_switched_off_can_be_switched_on(String word) {
        fake.text("proc/interrupts", PLAIN);
        fake.text("proc/cmdline", "quiet " + word + "\n");

        assertThat(finding().remedy()).isEqualTo("boot without intremap=off and nointremap");
    }

    @Test
    void a_module_that_may_do_without_is_named() {
        fake.text("proc/interrupts", PLAIN);
        parameter("vfio_iommu_type1", "Y");
        parameter("iommufd", "N");

        assertThat(finding().level()).isEqualTo(Level.NOTE);
        assertThat(finding().text()).contains("a device of vfio_iommu_type1 can raise any interrupt");
    }

    @Test
    void a_parameter_that_nobody_needs_is_told_with_the_way_back() {
        fake.text("proc/interrupts", "  9:  0   IR-IO-APIC    9-fasteoi   acpi\n");
        parameter("iommufd", "Y");

        assertThat(finding().level()).isEqualTo(Level.NOTE);
        assertThat(finding().remedy()).isEqualTo("echo N > /sys/module/iommufd/parameters/allow_unsafe_interrupts");
    }

    @ParameterizedTest
    @CsvSource({"dmar0,''", "smmu3.0x1,' 30: 1  GICv2m-PCI-MSI 0 Edge eth0'", "virtio0,'  2: 7  IO-APIC 2-edge timer'"})
    void what_cannot_be_seen_is_not_guessed(String iommu, String interrupts) {
        FakeHost.remove(root.resolve("sys/class/iommu"));
        iommu(iommu);
        fake.text("proc/interrupts", interrupts + "\n");

        assertThat(finding().level()).isEqualTo(Level.NOTE);
        assertThat(finding().text()).contains("is not known here");
    }

    @Test
    void a_host_without_an_iommu_has_another_problem() {
        FakeHost.remove(root.resolve("sys/class/iommu"));

        assertThat(fake.host().examine()).extracting(HostFinding::topic).doesNotContain(Topic.INTERRUPTS);
    }
}
