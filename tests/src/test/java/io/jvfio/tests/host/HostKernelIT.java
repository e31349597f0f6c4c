// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.PciAddress;
import io.jvfio.Vfio;
import io.jvfio.host.Host;
import io.jvfio.host.HostFunction;
import io.jvfio.host.HostGroup;
import io.jvfio.host.HostGroup.Role;
import io.jvfio.host.HostMemory;
import io.jvfio.host.NodeHolder;
import io.jvfio.host.VfioSupport;
import io.jvfio.host.VfioSupport.State;
import io.jvfio.pci.PciDevice;
import io.jvfio.tests.lab.LabDevices;
import io.jvfio.tests.lab.LabFacts;
import io.jvfio.tests.lab.LabParts;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the host's view shows of the lab's machine. */
final class HostKernelIT {
    private final Host host = Host.system();

    private HostFunction function(String address) {
        return host.function(PciAddress.parse(address)).orElseThrow();
    }

    @Test
    @Tag(LabParts.NEEDS_EDU)
    @Tag(LabParts.NEEDS_IGB)
    void a_function_knows_the_bridges_above_it() {
        assertThat(function(LabDevices.EDU).upstream()).isEmpty();
        assertThat(function(LabDevices.IGB).upstream()).containsExactly(PciAddress.parse(LabDevices.ROOT_PORT));
    }

    @Test
    @Tag(LabParts.NEEDS_GROUP)
    void the_group_behind_the_bridge_has_four_members_and_no_blocker() {
        HostGroup group = host.group(function(LabDevices.GROUPED_EDU).group()).orElseThrow();

        assertThat(function(LabDevices.GROUPED_EDU).parent()).contains(PciAddress.parse(LabDevices.GROUP_BRIDGE));
        assertThat(group.members())
                .extracting(HostGroup.Member::name)
                .containsExactly(
                        LabDevices.GROUP_BRIDGE,
                        LabDevices.GROUPED_EDU,
                        LabDevices.GROUPED_TESTDEV,
                        LabDevices.GROUPED_RNG);
        assertThat(group.members().getLast().role()).isEqualTo(Role.VFIO);
        assertThat(group.viable()).isTrue();
        assertThat(group.type()).isNotEmpty();
    }

    @Test
    @Tag(LabParts.NEEDS_NO_IOMMU)
    @Tag(LabParts.NEEDS_EDU)
    void a_group_without_an_iommu_is_told() {
        assertThat(host.group(function(LabDevices.NO_IOMMU).group())
                        .orElseThrow()
                        .noIommu())
                .isTrue();
        assertThat(host.group(function(LabDevices.EDU).group()).orElseThrow().noIommu())
                .isFalse();
    }

    @Test
    @Tag(LabParts.NEEDS_EDU)
    @Tag(LabParts.NEEDS_IGB)
    void the_emulated_iommu_is_that_of_the_machine() {
        assertThat(host.iommus())
                .filteredOn(iommu -> iommu.kind().name().equals(LabFacts.fact("iommu.kind")))
                .singleElement()
                .satisfies(iommu -> assertThat(iommu.devices())
                        .contains(LabDevices.EDU, LabDevices.IGB)
                        .doesNotContain(LabDevices.NO_IOMMU));
    }

    @Test
    void every_part_of_vfio_is_present() {
        VfioSupport support = host.support();

        assertThat(support.parts()).extracting(VfioSupport.PartState::state).containsOnly(State.PRESENT);
        assertThat(support.devicesHaveNodes()).isTrue();
        assertThat(support.unsafeNoIommu()).isTrue();
        assertThat(support.nodes())
                .allSatisfy(node -> assertThat(node.openable()).isTrue());
    }

    @Test
    void memory_is_that_of_the_machine() {
        HostMemory memory = host.memory();

        assertThat(memory.hugePages())
                .extracting(pages -> pages.size() + ":" + pages.total())
                .containsAll(LabFacts.words("huge-pages"));
        assertThat(memory.locking().exempt()).as("root may lock all").isTrue();
    }

    @Test
    @Tag(LabParts.NEEDS_EDU)
    void who_has_a_node_open_is_found() {
        try (PciDevice open = Vfio.open("cdev:" + LabDevices.EDU)) {
            Path node = Path.of(function(LabDevices.EDU).access().cdev().toString());

            List<NodeHolder> holders = host.holders(Set.of(node));

            assertThat(holders)
                    .as(open.name())
                    .extracting(NodeHolder::process)
                    .containsExactly(ProcessHandle.current().pid());
            assertThat(holders.getFirst().command()).isNotEmpty();
        }
    }
}
