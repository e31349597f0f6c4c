// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.PciAddress;
import io.jvfio.host.HostGroup.Role;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TopologyTest {
    @TempDir
    Path root;

    private FakeHost fake;

    @BeforeEach
    void makeHost() {
        fake = new FakeHost(root);
    }

    private HostFunction function(String address) {
        return fake.host().function(PciAddress.parse(address)).orElseThrow();
    }

    @Test
    void a_function_on_a_root_bus_has_nothing_above_it() {
        fake.function("0000:00:04.0", "1234:11E8", "1AF4:1100", "FF00");

        assertThat(function("0000:00:04.0").upstream()).isEmpty();
        assertThat(function("0000:00:04.0").parent()).isEmpty();
    }

    @Test
    void the_bridges_above_a_function_are_told_from_the_root_port_down() {
        fake.functionAt(
                "devices/pci0000:00/0000:00:08.0/0000:01:00.0/0000:02:03.0/0000:03:00.0",
                "8086:10C9",
                "0000:0000",
                "20000");

        assertThat(function("0000:03:00.0").upstream())
                .extracting(PciAddress::toString)
                .containsExactly("0000:00:08.0", "0000:01:00.0", "0000:02:03.0");
        assertThat(function("0000:03:00.0").parent()).contains(PciAddress.parse("0000:02:03.0"));
    }

    @Test
    void a_function_behind_a_volume_management_device_is_behind_its_function() {
        fake.functionAt("devices/pci0000:00/0000:00:0e.0/pci10000:e0/10000:e0:06.0", "8086:A0B0", "0000:0000", "60400");

        assertThat(function("10000:e0:06.0").upstream())
                .extracting(PciAddress::toString)
                .containsExactly("0000:00:0e.0");
    }

    @Test
    void a_group_names_who_keeps_vfio_from_it() {
        fake.boundEdu("0000:03:01.0", 7, 3);
        Path nic = fake.function("0000:03:02.0", "8086:10D3", "8086:0000", "20000");
        fake.group(nic, 7);
        fake.driver(nic, "e1000e");
        Path bridge = fake.function("0000:00:0a.0", "1B36:000E", "0000:0000", "60400");
        fake.group(bridge, 7);
        fake.driver(bridge, "pcieport");
        fake.group(fake.function("0000:03:03.0", "1AF4:1005", "0000:0000", "FF00"), 7);
        fake.text("sys/kernel/iommu_groups/7/type", "DMA-FQ\n");

        HostGroup group = fake.host().group(7).orElseThrow();

        assertThat(group.type()).isEqualTo("DMA-FQ");
        assertThat(group.noIommu()).isFalse();
        assertThat(group.members())
                .extracting(HostGroup.Member::role)
                .containsExactly(Role.NEUTRAL, Role.VFIO, Role.BLOCKER, Role.UNBOUND);
        assertThat(group.viable()).isFalse();
        assertThat(group.blockers())
                .extracting(HostGroup.Member::toString)
                .containsExactly("0000:03:02.0 (driver e1000e)");
        assertThat(fake.host().groups()).containsExactly(group);
        assertThat(function("0000:03:01.0").access().obstacle()).isEqualTo(VfioAccess.Obstacle.GROUP_NOT_VIABLE);
    }

    @Test
    void a_group_without_blockers_is_viable() {
        fake.boundEdu("0000:00:04.0", 12, 3);

        assertThat(fake.host().group(12).orElseThrow().viable()).isTrue();
    }

    @Test
    void a_made_up_group_is_told_from_one_of_an_iommu() {
        Path nic = fake.function("0000:41:00.0", "8086:10D3", "8086:0000", "20000");
        fake.group(nic, 9);
        fake.driver(nic, "vfio-pci");
        fake.vfio(nic, "noiommu-vfio4", "noiommu-9");

        assertThat(fake.host().group(9).orElseThrow().noIommu()).isTrue();
    }

    @Test
    void a_group_that_is_not_there_is_empty() {
        assertThat(fake.host().group(3)).isEmpty();
        assertThat(fake.host().group(-1)).isEmpty();
        assertThat(fake.host().groups()).isEmpty();
    }

    @Test
    void iommus_are_known_by_their_names() {
        for (String name :
                List.of("dmar0", "ivhd1", "smmu3.0x0000000005000000", "virtio7", "s390-iommu.00000001", "dart")) {
            fake.text("sys/class/iommu/" + name + "/devices/0000:00:04.0/uevent", "");
        }

        assertThat(fake.host().iommus())
                .extracting(iommu -> iommu.name() + " " + iommu.kind())
                .containsExactly(
                        "dart OTHER",
                        "dmar0 INTEL",
                        "ivhd1 AMD",
                        "s390-iommu.00000001 S390",
                        "smmu3.0x0000000005000000 ARM_SMMU",
                        "virtio7 VIRTIO");
        assertThat(fake.host().iommus().getFirst().devices()).containsExactly("0000:00:04.0");
    }
}
