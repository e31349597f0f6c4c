// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.host.Host;
import io.jvfio.host.HostFinding;
import io.jvfio.iommu.DmaBuffer;
import io.jvfio.iommu.DmaOptions;
import io.jvfio.iommu.DmaPool;
import io.jvfio.pci.PciDevice;
import io.jvfio.tests.lab.AccessMode;
import io.jvfio.tests.lab.LabDevices;
import io.jvfio.tests.lab.LabParts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where DMA memory lies on a machine with two memory nodes. The firmware says of no device which is near: here sysfs does. */
@ParameterizedClass(name = "[mode={0}]")
@EnumSource(
        value = AccessMode.class,
        names = {"TYPE1V2", "IOMMUFD"})
@Tag(LabParts.NEEDS_MEMORY_NODES)
final class MemoryNodesKernelIT extends KernelFixture {
    private static final Path NODE = Path.of("/sys/bus/pci/devices", LabDevices.EDU, "numa_node");
    private static final long SIZE = 64 << 10;

    @Parameter
    AccessMode mode;

    private String before = "";

    @BeforeEach
    void keepWhatWasSaid() throws IOException {
        before = Files.readString(NODE);
    }

    @AfterEach
    void sayItAgain() throws IOException {
        Files.writeString(NODE, before);
    }

    private PciDevice near(int node) {
        try {
            Files.writeString(NODE, Integer.toString(node));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return openPci(mode, LabDevices.EDU);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void memory_comes_from_the_node_of_the_device(int node) {
        PciDevice device = near(node);

        assertThat(device.dma().numaNode()).isEqualTo(node);
        for (DmaOptions.Backing backing : DmaOptions.Backing.values()) {
            DmaOptions options = DmaOptions.defaults().withBacking(backing);
            try (DmaBuffer buffer = device.dma().allocate(SIZE, options)) {
                buffer.memory().fill((byte) 1);
                assertThat(device.dma().numaNode(buffer)).as("%s", backing).hasValue(node);
            }
        }
        try (DmaPool pool = device.dma().pool(SIZE);
                DmaBuffer part = pool.allocate(SIZE)) {
            assertThat(device.dma().numaNode(part)).hasValue(node);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void a_driver_may_ask_for_another_node(int node) {
        PciDevice device = near(1 - node);

        DmaOptions options = DmaOptions.defaults().withNode(node);
        try (DmaBuffer buffer = device.dma().allocate(SIZE, options);
                DmaBuffer huge = device.dma().allocate(SIZE, options.withPages(DmaOptions.Pages.HUGE_2M))) {
            assertThat(device.dma().numaNode(buffer)).hasValue(node);
            assertThat(device.dma().numaNode(huge)).hasValue(node);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = 7)
    void a_node_that_is_not_there_is_not_insisted_on(int node) {
        PciDevice device = near(1);

        try (DmaBuffer buffer =
                device.dma().allocate(SIZE, DmaOptions.defaults().withNode(node))) {
            buffer.memory().fill((byte) 1);
            assertThat(device.dma().numaNode(buffer)).isPresent();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = -1)
    void a_device_of_which_nothing_is_said_takes_what_comes(int nothing) {
        PciDevice device = near(nothing);

        assertThat(device.dma().numaNode()).isEqualTo(DmaOptions.ANY_NODE);
        assertThat(Host.system().examine())
                .filteredOn(finding -> finding.topic() == HostFinding.Topic.MEMORY_NODES)
                .singleElement()
                .satisfies(finding -> assertThat(finding.text()).contains(LabDevices.EDU));
    }
}
