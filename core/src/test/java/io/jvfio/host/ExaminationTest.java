// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.host.HostFinding.Level;
import io.jvfio.host.HostFinding.Topic;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExaminationTest {
    @TempDir
    Path root;

    private FakeHost fake;

    /** A host where all is well. */
    @BeforeEach
    void makeHost() {
        fake = new FakeHost(root);
        fake.boundEdu("0000:00:04.0", 12, 3);
        fake.text("sys/class/iommu/dmar0/devices/0000:00:04.0/uevent", "");
        fake.text("sys/class/misc/vfio/dev", "10:196\n");
        fake.text("sys/class/misc/iommu/dev", "10:124\n");
        fake.text("sys/module/vfio_iommu_type1/parameters/dma_entry_limit", "65535\n");
        fake.text("sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages", "64\n");
        fake.text("sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "60\n");
        fake.text("sys/bus/pci/drivers/vfio-pci/bind", "");
        fake.text("proc/self/limits", "Max locked memory   unlimited  unlimited  bytes\n");
        fake.text("proc/interrupts", "           CPU0\n  2:   7   IR-IO-APIC    2-edge      timer\n");
        fake.text("proc/sys/kernel/osrelease", "6.12-test\n");
    }

    private void remove(String place) {
        FakeHost.remove(root.resolve(place));
    }

    private List<HostFinding> findings(Topic topic) {
        return fake.host().examine().stream()
                .filter(finding -> finding.topic() == topic)
                .toList();
    }

    private HostFinding finding(Topic topic) {
        assertThat(findings(topic)).hasSize(1);
        return findings(topic).getFirst();
    }

    private void assertProblem(Topic topic, String text, String remedy) {
        assertThat(finding(topic).level()).isEqualTo(Level.PROBLEM);
        assertThat(finding(topic).text()).contains(text);
        assertThat(finding(topic).remedy()).contains(remedy);
    }

    private void assertNote(Topic topic, String text, String remedy) {
        assertThat(finding(topic).level()).isEqualTo(Level.NOTE);
        assertThat(finding(topic).text()).contains(text);
        assertThat(finding(topic).remedy()).contains(remedy);
    }

    @Test
    void a_host_where_all_is_there_has_nothing_to_complain_of() {
        assertThat(fake.host().examine()).extracting(HostFinding::level).containsOnly(Level.OK);
        assertThat(finding(Topic.IOMMU).text()).isEqualTo("dmar0 (Intel VT-d), 1 group");
        assertThat(finding(Topic.HUGE_PAGES).text()).isEqualTo("60 of 64 pages of 2 MiB are free");
        assertThat(finding(Topic.DEVICES).text()).isEqualTo("0000:00:04.0 can be opened");
    }

    @ParameterizedTest
    @CsvSource({"DMAR,intel_iommu=on", "IVRS,amd_iommu=off", "FACP,in the firmware"})
    void without_an_iommu_the_remedy_follows_from_the_firmware(String table, String remedy) {
        remove("sys/class/iommu");
        fake.text("sys/firmware/acpi/tables/" + table, "");

        assertProblem(Topic.IOMMU, "no IOMMU", remedy);
    }

    @Test
    void an_iommu_that_is_switched_off_is_told() {
        remove("sys/class/iommu");
        fake.text("proc/cmdline", "root=/dev/sda1 iommu=off quiet\n");

        assertProblem(Topic.IOMMU, "no IOMMU", "without iommu=off");
    }

    @Test
    void unsafe_mode_makes_a_missing_iommu_a_note() {
        remove("sys/class/iommu");
        fake.text("sys/module/vfio/parameters/enable_unsafe_noiommu_mode", "Y\n");

        assertNote(Topic.IOMMU, "can reach all memory", "");
        assertThat(findings(Topic.SECURITY)).isEmpty();
    }

    @Test
    void unsafe_mode_where_there_is_an_iommu_is_a_matter_of_security() {
        fake.text("sys/module/vfio/parameters/enable_unsafe_noiommu_mode", "Y\n");
        fake.text("sys/kernel/security/lockdown", "none [integrity] confidentiality\n");

        assertThat(findings(Topic.SECURITY))
                .extracting(HostFinding::text)
                .satisfiesExactly(
                        unsafe -> assertThat(unsafe).contains("no-IOMMU mode is on"),
                        lockdown -> assertThat(lockdown).contains("locked down (integrity)"));
    }

    @Test
    void one_way_to_devices_is_enough() {
        remove("dev/iommu");

        assertNote(Topic.IOMMUFD, "there is no " + fake.dev.resolve("iommu"), "--device");
        assertThat(finding(Topic.GROUPS).level()).isEqualTo(Level.OK);
    }

    @Test
    void without_both_ways_nothing_can_be_opened() {
        remove("sys/class/misc/iommu");
        remove("sys/module/vfio_iommu_type1");
        fake.text("lib/modules/6.12-test/modules.dep", "kernel/drivers/vfio/vfio_iommu_type1.ko.xz:\n");

        assertProblem(Topic.IOMMUFD, "no iommufd", "CONFIG_IOMMUFD");
        assertProblem(Topic.GROUPS, "vfio_iommu_type1 is not loaded", "modprobe vfio_iommu_type1");
    }

    @Test
    void containers_that_iommufd_serves_need_no_driver_of_their_own() {
        remove("sys/module/vfio_iommu_type1");

        assertThat(finding(Topic.GROUPS).level()).isEqualTo(Level.OK);
    }

    @Test
    void a_device_that_cannot_be_opened_matters_if_it_is_the_only_one() {
        remove("dev/vfio/devices/vfio3");
        remove("dev/vfio/12");
        assertProblem(Topic.DEVICES, "there is no " + fake.dev.resolve("vfio/12"), "jvfio show");

        fake.boundEdu("0000:00:05.0", 13, 4);

        assertThat(findings(Topic.DEVICES)).extracting(HostFinding::level).containsExactly(Level.NOTE, Level.OK);
    }

    @Test
    void a_driver_that_is_missing_matters_if_nothing_is_bound() {
        remove("sys/bus/pci/drivers/vfio-pci");
        assertNote(Topic.DRIVER, "no vfio_pci", "CONFIG_VFIO_PCI");

        remove("sys/class/vfio-dev");
        remove("sys/class/vfio");

        assertProblem(Topic.DRIVER, "no vfio_pci", "CONFIG_VFIO_PCI");
        assertNote(Topic.DEVICES, "no device is bound", "jvfio bind");
    }

    @ParameterizedTest
    @CsvSource({"65536,PROBLEM,64 KiB", "8388608,NOTE,8 MiB", "67108864,OK,64 MiB"})
    void a_small_limit_of_locked_memory_is_told(String limit, Level level, String text) {
        fake.text("proc/self/limits", "Max locked memory   " + limit + "  " + limit + "  bytes\n");

        assertThat(finding(Topic.LOCKED_MEMORY).level()).isEqualTo(level);
        assertThat(finding(Topic.LOCKED_MEMORY).text()).startsWith(text);
    }

    @Test
    void huge_pages_are_optional() {
        fake.text("sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages", "0\n");

        assertNote(Topic.HUGE_PAGES, "none are reserved", "nr_hugepages");
    }
}
