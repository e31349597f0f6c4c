// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.VfioException;
import io.jvfio.device.RegionInfo;
import io.jvfio.device.RegionMapping;
import io.jvfio.device.VfioDevice;
import io.jvfio.iommu.AddressSpace;
import io.jvfio.iommu.DmaMapping;
import io.jvfio.iommu.DmaSource;
import io.jvfio.iommu.MapRequest;
import io.jvfio.testkit.TestMemory;
import io.jvfio.tests.lab.AccessMode;
import io.jvfio.tests.lab.LabDevices;
import io.jvfio.tests.lab.LabParts;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

/**
 * The cases of the kernel's {@code tools/testing/selftests/vfio/vfio_dma_mapping_mmio_test.c}: a mapped BAR as the target of
 * DMA. The type1 driver takes it, iommufd does not.
 */
@InEveryAccessMode
@Tag(LabParts.NEEDS_IGB)
final class VfioDmaMappingMmioTestKernelIT extends KernelFixture {
    private static final int BARS = 6;

    @Parameter
    AccessMode mode;

    @Test
    void map_full_bar() {
        VfioDevice device = open(mode, LabDevices.IGB);
        RegionInfo bar = largestMappedBar(device);
        checkMap(device, bar, 0, bar.size());
    }

    @Test
    void map_partial_bar() {
        VfioDevice device = open(mode, LabDevices.IGB);
        checkMap(device, largestMappedBar(device), 0, TestMemory.page());
    }

    /** From the second page on, so that address and IOVA are aligned to no more than a page. */
    @Test
    void map_bar_misaligned() {
        VfioDevice device = open(mode, LabDevices.IGB);
        RegionInfo bar = largestMappedBar(device);
        checkMap(device, bar, TestMemory.page(), bar.size() - TestMemory.page());
    }

    private void checkMap(VfioDevice device, RegionInfo bar, long offset, long length) {
        AddressSpace space = device.addressSpace();
        try (RegionMapping window = device.map(bar.index(), offset, length).orElseThrow()) {
            DmaSource registers = new DmaSource.Segment(window.memory());
            if (mode.usesIommufd()) {
                assertThatThrownBy(() -> space.map(registers, MapRequest.defaults()))
                        .isInstanceOfSatisfying(VfioException.class, e -> {
                            assertThat(e.name()).isEqualTo("EFAULT");
                            assertThat(e.hint()).contains("BAR");
                        });
            } else {
                try (DmaMapping mapping = space.map(registers, MapRequest.defaults())) {
                    assertThat(mapping.length()).isEqualTo(length);
                }
            }
        }
        assertThat(space.mappings().size()).isZero();
    }

    private static RegionInfo largestMappedBar(VfioDevice device) {
        return IntStream.range(0, BARS)
                .mapToObj(device::region)
                .filter(bar -> bar.mmapAreas().stream().anyMatch(area -> area.size() == bar.size()))
                .filter(bar -> bar.readable() && bar.writable())
                .max(Comparator.comparingLong(RegionInfo::size))
                .orElseThrow();
    }
}
