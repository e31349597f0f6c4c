// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.DeviceLocator;
import io.jvfio.PciAddress;
import io.jvfio.host.VfioAccess.Obstacle;
import io.jvfio.host.VfioAccess.Way;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostTest {
    private static final PciAddress EDU = PciAddress.parse("0000:00:04.0");

    @TempDir
    Path root;

    private FakeHost fake;

    @BeforeEach
    void makeHost() {
        fake = new FakeHost(root);
    }

    private int idsInConfig() {
        return fake.host().config(EDU).orElseThrow().read32(0);
    }

    @Test
    void a_virtual_function_has_its_ids_in_config_space_though_it_does_not_read_them() throws IOException {
        Path function = fake.function(EDU.toString(), "8086:10CA", "8086:0000", "20000");
        byte[] config = new byte[64];
        Arrays.fill(config, 0, 4, (byte) 0xff);
        config[8] = 1;
        Files.write(function.resolve("config"), config);
        FakeHost.file(function.resolve("vendor"), "0x8086\n");
        FakeHost.file(function.resolve("device"), "0x10ca\n");
        assertThat(idsInConfig()).as("a function that is gone").isEqualTo(-1);

        FakeHost.linkTo(function.resolve("physfn"), Path.of("../0000:00:03.0"));

        assertThat(idsInConfig()).isEqualTo(0x10ca8086);
        assertThat(fake.host().config(EDU).orElseThrow().read8(8)).isEqualTo(1);
        FakeHost.remove(function.resolve("device"));
        assertThat(idsInConfig()).isEqualTo(0xffff8086);
    }

    @Test
    void a_host_without_pci_has_no_functions() {
        FakeHost.remove(fake.sys);

        assertThat(fake.host().functions()).isEmpty();
        assertThat(fake.host().mdevs()).isEmpty();
        assertThat(fake.host().function(EDU)).isEmpty();
    }

    @Test
    void functions_are_listed_by_address_with_their_numbers() {
        fake.function("10000:01:00.0", "144D:A80A", "144D:A801", "10802");
        Path nic = fake.function("0000:00:07.0", "8086:10D3", "8086:0000", "20000");
        FakeHost.file(nic.resolve("numa_node"), "1\n");

        List<HostFunction> functions = fake.host().functions();

        assertThat(functions).extracting(f -> f.address().toString()).containsExactly("0000:00:07.0", "10000:01:00.0");
        assertThat(functions.getFirst().ids()).isEqualTo(new FunctionIds(0x8086, 0x10d3, 0x8086, 0, 0x020000, 0x10));
        assertThat(functions.getFirst().numaNode()).isEqualTo(1);
        assertThat(functions.getLast().numaNode()).isEqualTo(-1);
        assertThat(functions.getLast().ids().classCode()).isEqualTo(0x010802);
    }

    @Test
    void a_bound_function_can_be_opened_in_both_ways() {
        fake.boundEdu("0000:00:04.0", 12, 3);

        HostFunction edu = fake.host().function(EDU).orElseThrow();

        assertThat(edu.driver()).isEqualTo("vfio-pci");
        assertThat(edu.group()).isEqualTo(12);
        assertThat(edu.access().ways()).containsExactly(Way.IOMMUFD, Way.GROUP);
        assertThat(edu.access().cdev()).isEqualTo(fake.dev.resolve("vfio/devices/vfio3"));
        assertThat(edu.access().groupNode()).isEqualTo(fake.dev.resolve("vfio/12"));
        assertThat(edu.access().obstacle()).isEqualTo(Obstacle.NONE);
        assertThat(edu.access().reason()).isEmpty();
        assertThat(edu.locator()).isEqualTo(DeviceLocator.parse("0000:00:04.0"));
        assertThat(fake.host().functions()).containsExactly(edu);
    }

    @Test
    void what_vfio_has_of_a_function_is_told_alone() {
        fake.boundEdu("0000:00:04.0", 12, 3);
        Path other = fake.function("0000:00:05.0", "8086:10D3", "8086:0000", "20000");
        fake.driver(other, "e1000e");
        fake.group(other, 12);
        Path noIommu = fake.function("0000:00:06.0", "8086:10D3", "8086:0000", "20000");
        fake.driver(noIommu, "vfio-pci");
        fake.group(noIommu, 13);
        fake.vfio(noIommu, "noiommu-vfio4", "noiommu-13");
        PciAddress neighbour = PciAddress.parse("0000:00:05.0");
        PciAddress open = PciAddress.parse("0000:00:06.0");
        PciAddress absent = PciAddress.parse("0000:00:07.0");
        Path nodes = fake.dev.resolve("vfio");

        assertThat(List.of(EDU, neighbour, open, absent).stream().map(fake.host()::isVfio))
                .containsExactly(true, false, true, false);
        assertThat(fake.host().vfioNodes(EDU)).containsExactly(nodes.resolve("devices/vfio3"), nodes.resolve("12"));
        assertThat(fake.host().vfioNodes(neighbour)).containsExactly(nodes.resolve("12"));
        assertThat(fake.host().vfioNodes(open))
                .containsExactly(nodes.resolve("devices/noiommu-vfio4"), nodes.resolve("noiommu-13"));
        assertThat(fake.host().vfioNodes(absent)).isEmpty();
    }

    @Test
    void a_function_without_a_driver_cannot_be_opened() {
        fake.function("0000:00:04.0", "1234:11E8", "1AF4:1100", "FF00");

        HostFunction edu = fake.host().function(EDU).orElseThrow();

        assertThat(edu.driver()).isNull();
        assertThat(edu.group()).isEqualTo(-1);
        assertThat(edu.access().openable()).isFalse();
        assertThat(edu.access().bound()).isFalse();
        assertThat(edu.access().obstacle()).isEqualTo(Obstacle.NO_DRIVER);
        assertThat(edu.access().reason()).contains("no kernel driver", "vfio-pci");
    }

    @Test
    void a_function_of_another_driver_cannot_be_opened() {
        fake.driver(fake.function("0000:00:04.0", "8086:10D3", "8086:0000", "20000"), "e1000e");

        assertThat(fake.host().function(EDU).orElseThrow().access().reason()).contains("bound to e1000e");
    }

    @Test
    void a_bridge_cannot_be_opened() {
        fake.driver(fake.function("0000:00:04.0", "1B36:000C", "1B36:0000", "60400"), "pcieport");

        assertThat(fake.host().function(EDU).orElseThrow().access().reason()).contains("a bridge");
    }

    @Test
    void a_missing_node_is_named() {
        fake.boundEdu("0000:00:04.0", 12, 3);
        FakeHost.remove(fake.dev.resolve("vfio/devices/vfio3"));
        FakeHost.remove(fake.dev.resolve("vfio/12"));

        VfioAccess access = fake.host().function(EDU).orElseThrow().access();

        assertThat(access.openable()).isFalse();
        assertThat(access.bound()).isTrue();
        assertThat(access.obstacle()).isEqualTo(Obstacle.NO_NODE);
        assertThat(access.reason()).isEqualTo("there is no " + fake.dev.resolve("vfio/12"));
    }

    @Test
    void without_the_iommufd_node_the_group_is_left() {
        fake.boundEdu("0000:00:04.0", 12, 3);
        FakeHost.remove(fake.dev.resolve("iommu"));

        assertThat(fake.host().function(EDU).orElseThrow().access().ways()).containsExactly(Way.GROUP);
    }

    @Test
    void a_node_without_permission_is_named() {
        fake.boundEdu("0000:00:04.0", 12, 3);
        Path group = fake.dev.resolve("vfio/12");
        Sysfs refusing = new Sysfs(fake.sys) {
            @Override
            boolean mayOpen(Path file) {
                return !file.equals(group) && !file.equals(fake.dev.resolve("iommu"));
            }
        };

        VfioAccess access = fake.host(refusing).function(EDU).orElseThrow().access();

        assertThat(access.openable()).isFalse();
        assertThat(access.obstacle()).isEqualTo(Obstacle.NO_PERMISSION);
        assertThat(access.reason()).startsWith("this process may not open " + group + ":");
    }

    @Test
    void another_driver_in_the_group_is_the_obstacle() {
        fake.boundEdu("0000:00:04.0", 12, 3);
        Path neighbour = fake.function("0000:00:04.1", "8086:A170", "8086:A170", "40300");
        fake.group(neighbour, 12);
        fake.driver(neighbour, "snd_hda_intel");

        HostFunction edu = fake.host().function(EDU).orElseThrow();

        assertThat(edu.access().openable()).isFalse();
        assertThat(edu.access().obstacle()).isEqualTo(Obstacle.GROUP_NOT_VIABLE);
        assertThat(edu.access().reason()).contains("0000:00:04.1", "group 12", "snd_hda_intel");
        assertThat(fake.host().functions().getFirst()).isEqualTo(edu);
    }

    @ParameterizedTest
    @ValueSource(strings = {"pcieport", "pci-stub", "shpchp"})
    void a_neutral_driver_in_the_group_is_no_obstacle(String driver) {
        fake.boundEdu("0000:00:04.0", 12, 3);
        Path neighbour = fake.function("0000:00:0a.0", "1B36:000E", "1B36:0000", "60400");
        fake.group(neighbour, 12);
        fake.driver(neighbour, driver);

        assertThat(fake.host().function(EDU).orElseThrow().access().openable()).isTrue();
    }

    @Test
    void a_neighbour_without_a_driver_is_no_obstacle() {
        fake.boundEdu("0000:00:04.0", 12, 3);
        fake.group(fake.function("0000:00:04.1", "8086:A170", "8086:A170", "40300"), 12);

        assertThat(fake.host().function(EDU).orElseThrow().access().openable()).isTrue();
    }

    @Test
    void without_an_iommu_the_unsafe_locator_is_offered() {
        Path nic = fake.function("0000:41:00.0", "8086:10D3", "8086:0000", "20000");
        fake.group(nic, 30);
        fake.driver(nic, "vfio-pci");
        fake.vfio(nic, "noiommu-vfio7", "noiommu-30");

        HostFunction function = fake.host().functions().getFirst();

        assertThat(function.access().noIommu()).isTrue();
        assertThat(function.access().groupNode()).isEqualTo(fake.dev.resolve("vfio/noiommu-30"));
        assertThat(function.access().cdev()).isEqualTo(fake.dev.resolve("vfio/devices/noiommu-vfio7"));
        assertThat(function.locator().toString()).isEqualTo("noiommu:0000:41:00.0");
    }

    @Test
    void before_linux_6_1_a_group_of_vfio_tells() {
        Path edu = fake.function("0000:00:04.0", "1234:11E8", "1AF4:1100", "FF00");
        fake.group(edu, 12);
        fake.driver(edu, "vfio-pci");
        fake.vfioGroup("12");

        VfioAccess access = fake.host().function(EDU).orElseThrow().access();

        assertThat(access.ways()).containsExactly(Way.GROUP);
        assertThat(access.cdev()).isNull();
    }

    @Test
    void physical_and_virtual_functions_are_told_apart() {
        Path physical = fake.function("0000:01:00.0", "8086:10C9", "8086:0000", "20000");
        FakeHost.file(physical.resolve("sriov_totalvfs"), "7\n");
        FakeHost.link(
                fake.function("0000:01:10.0", "8086:10CA", "8086:0000", "20000").resolve("physfn"), physical);
        fake.function("0000:02:00.0", "8086:10D3", "8086:0000", "20000");

        assertThat(fake.host().functions())
                .extracting(HostFunction::sriov)
                .containsExactly(SriovRole.PF, SriovRole.VF, SriovRole.NONE);
        assertThat(fake.host().functions().get(1).physicalFunction()).isEqualTo(PciAddress.parse("0000:01:00.0"));
    }

    @Test
    void mediated_devices_are_listed_with_parent_and_type() {
        String uuid = "6a766600-0000-4000-8000-000000000001";
        fake.mdev(uuid, "mtty", "mtty-1", 33, 9);
        FakeHost.link(fake.sys.resolve("bus/mdev/devices/no-uuid"), fake.sys);

        HostMdev mdev = fake.host().mdevs().getFirst();

        assertThat(fake.host().mdevs()).hasSize(1);
        assertThat(mdev.parent()).isEqualTo("mtty");
        assertThat(mdev.type()).isEqualTo("mtty-1");
        assertThat(mdev.driver()).isEqualTo("vfio_mdev");
        assertThat(mdev.group()).isEqualTo(33);
        assertThat(mdev.access().ways()).containsExactly(Way.IOMMUFD, Way.GROUP);
        assertThat(mdev.locator().toString()).isEqualTo("mdev:" + uuid);
        assertThat(fake.host().mdev(UUID.fromString(uuid))).contains(mdev);
    }

    @Test
    void at_most_three_files_are_opened_for_each_function() {
        fake.boundEdu("0000:00:04.0", 12, 3);
        fake.boundEdu("0000:00:05.0", 13, 4);
        fake.function("0000:00:07.0", "8086:10D3", "8086:0000", "20000");
        List<Path> opened = new ArrayList<>();
        Sysfs counting = new Sysfs(fake.sys) {
            @Override
            void opening(Path file) {
                opened.add(file);
            }
        };

        fake.host(counting).functions();

        Path devices = fake.sys.resolve("bus/pci/devices");
        Map<Path, Long> byFunction = opened.stream()
                .filter(file -> file.startsWith(devices) && !file.equals(devices))
                .collect(Collectors.groupingBy(Path::getParent, Collectors.counting()));
        assertThat(byFunction).hasSize(3);
        assertThat(byFunction.values()).allSatisfy(count -> assertThat(count).isBetween(1L, 3L));
        assertThat(opened)
                .filteredOn(file -> !file.startsWith(devices) || file.equals(devices))
                .hasSize(3);
    }

    /** So many that all cores read them: each function still sees those of its group. */
    @Test
    void a_host_of_many_functions_is_listed_in_order_and_whole() {
        int groups = 600;
        for (int group = 0; group < groups; group++) {
            fake.boundEdu(String.format("%04x:00:01.0", group), group, group);
            Path other = fake.function(String.format("%04x:00:02.0", group), "8086:10D3", "8086:0000", "20000");
            fake.group(other, group);
            if (group % 2 == 0) {
                fake.driver(other, "e1000e");
            }
        }

        List<HostFunction> listed = fake.host().functions();

        assertThat(listed)
                .hasSize(2 * groups)
                .isSortedAccordingTo(Comparator.comparing(HostFunction::address))
                .filteredOn(function -> "vfio-pci".equals(function.driver()))
                .hasSize(groups)
                .allSatisfy(edu -> assertThat(edu.access().obstacle() == Obstacle.GROUP_NOT_VIABLE)
                        .as(edu.access().reason())
                        .isEqualTo(edu.group() % 2 == 0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"uevent", "revision", "numa_node"})
    void a_function_that_leaves_while_it_is_read_is_left_out(String attribute) {
        Path leaving = fake.boundEdu("0000:00:04.0", 12, 3);
        fake.boundEdu("0000:00:05.0", 13, 4);
        Sysfs pulling = new Sysfs(fake.sys) {
            @Override
            void opening(Path file) {
                if (file.endsWith("0000:00:04.0/" + attribute)) {
                    FakeHost.remove(leaving);
                }
            }
        };

        assertThat(fake.host(pulling).functions())
                .extracting(f -> f.address().toString())
                .containsExactly("0000:00:05.0");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\0\0\0",
                "PCI_ID=\nPCI_CLASS=zz\n",
                "PCI_ID=8086\n",
                "PCI_ID=:::\nPCI_SUBSYS_ID",
                "PCI_ID=+1:-2"
            })
    void garbage_reads_as_unknown(String garbage) {
        Path edu = fake.boundEdu("0000:00:04.0", 12, 3);
        FakeHost.file(edu.resolve("uevent"), garbage);
        FakeHost.file(edu.resolve("revision"), "0xfffffffff\n");
        FakeHost.file(edu.resolve("numa_node"), "none\n");
        FakeHost.link(edu.resolve("iommu_group"), fake.sys.resolve("kernel"));

        HostFunction function = fake.host().functions().getFirst();

        assertThat(function.ids()).isEqualTo(FunctionIds.NONE);
        assertThat(function.numaNode()).isEqualTo(-1);
        assertThat(function.group()).isEqualTo(-1);
    }

    @Test
    void attributes_are_not_read_without_end() {
        Path edu = fake.boundEdu("0000:00:04.0", 12, 3);
        FakeHost.file(edu.resolve("uevent"), "X=" + "y".repeat(5000) + "\nPCI_ID=1234:11E8\n");

        assertThat(fake.host().functions().getFirst().ids().vendor()).isEqualTo(FunctionIds.UNKNOWN);
    }

    @Test
    void entries_that_are_no_functions_are_passed_over() {
        fake.function("0000:00:04.0", "1234:11E8", "1AF4:1100", "FF00");
        FakeHost.file(fake.sys.resolve("bus/pci/devices/0000:00:99.0"), "");
        FakeHost.file(fake.sys.resolve("bus/pci/devices/0000:00:05.0"), "a file, not a directory");
        FakeHost.link(fake.sys.resolve("bus/pci/devices/0000:00:06.0"), fake.sys.resolve("nowhere"));

        assertThat(fake.host().functions()).extracting(HostFunction::address).containsExactly(EDU);
    }
}
