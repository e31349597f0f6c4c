// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.host.HostMemory.HugePages;
import io.jvfio.host.HostMemory.Locking;
import io.jvfio.host.VfioSupport.Part;
import io.jvfio.host.VfioSupport.State;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SystemFactsTest {
    private static final long MIB = 1 << 20;

    @TempDir
    Path root;

    private FakeHost fake;

    @BeforeEach
    void makeHost() {
        fake = new FakeHost(root);
    }

    private Locking locking(String soft, String hard, String capabilities) {
        fake.text(
                "proc/self/limits",
                "Limit                     Soft Limit           Hard Limit           Units     \n"
                        + "Max processes             15731                15731                processes \n"
                        + "Max locked memory         " + soft + "              " + hard + "              bytes     \n");
        fake.text("proc/self/status", "Name:\tjava\nCapPrm:\tffffffffffffffff\nCapEff:\t" + capabilities + "\n");
        return fake.host().memory().locking();
    }

    @Test
    void the_limit_of_locked_memory_is_that_of_this_process() {
        Locking limited = locking("8388608", "16777216", "0000000000000000");

        assertThat(limited).isEqualTo(new Locking(8 * MIB, 16 * MIB, false));
        assertThat(limited.limit()).isEqualTo(8 * MIB);
        assertThat(locking("unlimited", "unlimited", "0000000000000000").limit())
                .isEqualTo(-1);
    }

    @Test
    void who_may_lock_all_memory_has_no_limit() {
        assertThat(locking("65536", "65536", "0000000000004000").limit()).isEqualTo(-1);
        assertThat(locking("65536", "65536", "000001ffffffbfff").limit()).isEqualTo(65536);
    }

    @Test
    void huge_pages_are_counted_for_the_host_and_for_each_node() {
        fake.text("sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages", "1\n");
        fake.text("sys/kernel/mm/hugepages/hugepages-1048576kB/free_hugepages", "0\n");
        fake.text("sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages", "64\n");
        fake.text("sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "60\n");
        fake.text("sys/kernel/mm/hugepages/hugepages-oddkB/free_hugepages", "60\n");
        fake.text("sys/devices/system/node/node1/cpulist", "8-15\n");
        fake.text("sys/devices/system/node/node1/meminfo", "Node 1 MemTotal:  2048 kB\nNode 1 MemFree:  1024 kB\n");
        fake.text("sys/devices/system/node/node1/hugepages/hugepages-2048kB/nr_hugepages", "32\n");
        fake.text("sys/devices/system/node/node1/hugepages/hugepages-2048kB/free_hugepages", "31\n");
        fake.text("sys/devices/system/node/possible", "0-1\n");

        HostMemory memory = fake.host().memory();

        assertThat(memory.hugePages()).containsExactly(new HugePages(2 * MIB, 64, 60), new HugePages(1024 * MIB, 1, 0));
        assertThat(memory.nodes()).singleElement().satisfies(node -> {
            assertThat(node.number()).isEqualTo(1);
            assertThat(node.cpus()).isEqualTo("8-15");
            assertThat(node.total()).isEqualTo(2 * MIB);
            assertThat(node.free()).isEqualTo(MIB);
            assertThat(node.hugePages()).containsExactly(new HugePages(2 * MIB, 32, 31));
        });
    }

    @Test
    void a_part_of_the_kernel_is_present_or_loadable_or_absent() {
        fake.text("proc/sys/kernel/osrelease", "6.12.48-test\n");
        fake.text("sys/class/misc/vfio/dev", "10:196\n");
        fake.text("lib/modules/6.12.48-test/modules.dep", """
                kernel/drivers/vfio/pci/vfio-pci-core.ko.xz: kernel/drivers/vfio/vfio.ko.xz
                kernel/drivers/vfio/vfio_iommu_type1.ko.xz: kernel/drivers/vfio/vfio.ko.xz
                """);

        VfioSupport support = fake.host().support();

        assertThat(support.kernel()).isEqualTo("6.12.48-test");
        assertThat(support.state(Part.VFIO)).isEqualTo(State.PRESENT);
        assertThat(support.state(Part.TYPE1)).isEqualTo(State.LOADABLE);
        assertThat(support.state(Part.VFIO_PCI))
                .as("vfio-pci-core is another module")
                .isEqualTo(State.ABSENT);
        assertThat(support.devicesHaveNodes()).isFalse();
        assertThat(support.unsafeNoIommu()).isFalse();
    }

    @Test
    void a_module_is_found_whichever_dash_its_file_has() {
        fake.text("proc/sys/kernel/osrelease", "6.12.48-test\n");
        fake.text("lib/modules/6.12.48-test/modules.dep", "kernel/drivers/vfio/pci/vfio-pci.ko: a/b.ko c/d.ko\n");

        assertThat(fake.host().support().state(Part.VFIO_PCI)).isEqualTo(State.LOADABLE);
    }

    @Test
    void nodes_tell_who_may_open_them() {
        fake.text("dev/vfio/vfio", "");

        assertThat(fake.host().support().nodes())
                .satisfiesExactly(
                        container -> {
                            assertThat(container.exists()).isTrue();
                            assertThat(container.openable()).isTrue();
                            assertThat(container.owner()).matches("\\S+:\\S+ rw[-rwx]{7}");
                        },
                        iommu -> {
                            assertThat(iommu.path()).isEqualTo(fake.dev.resolve("iommu"));
                            assertThat(iommu.exists()).isFalse();
                            assertThat(iommu.openable()).isFalse();
                        });
    }

    @Test
    void a_host_without_anything_has_nothing() {
        FakeHost.remove(fake.sys);

        assertThat(fake.host().iommus()).isEmpty();
        assertThat(fake.host().memory()).isEqualTo(new HostMemory(new Locking(-1, -1, false), List.of(), List.of()));
        assertThat(fake.host().support().parts())
                .extracting(VfioSupport.PartState::state)
                .containsOnly(State.ABSENT);
    }
}
