// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.VfioException;
import io.jvfio.iommu.DmaBuffer;
import io.jvfio.pci.PciDevice;
import io.jvfio.tests.lab.AccessMode;
import io.jvfio.tests.lab.LabDevices;
import io.jvfio.tests.lab.LabParts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The limit on the number of maps that the type1 driver has: told before it is hit, and explained when it is. */
@ParameterizedClass(name = "[mode={0}]")
@EnumSource(
        value = AccessMode.class,
        names = {"TYPE1", "TYPE1V2"})
@Tag(LabParts.NEEDS_EDU)
final class DmaLimitKernelIT extends KernelFixture {
    private static final Path LIMIT = Path.of("/sys/module/vfio_iommu_type1/parameters/dma_entry_limit");
    private static final int FEW = 8;

    @Parameter
    AccessMode mode;

    private String before;

    @BeforeEach
    void lowerTheLimit() throws IOException {
        before = Files.readString(LIMIT);
        Files.writeString(LIMIT, Integer.toString(FEW));
    }

    @AfterEach
    void restoreTheLimit() throws IOException {
        Files.writeString(LIMIT, before);
    }

    @Test
    void maps_left_are_counted_down_and_up() {
        PciDevice edu = openPci(mode, LabDevices.EDU);
        assertThat(edu.dma().limits().remainingMaps()).hasValue(FEW);
        List<DmaBuffer> buffers = new ArrayList<>();
        for (int left = FEW - 1; left >= 0; left--) {
            buffers.add(edu.dma().allocate(4096));
            assertThat(edu.dma().limits().remainingMaps()).hasValue(left);
        }
        buffers.forEach(DmaBuffer::close);
        assertThat(edu.dma().limits().remainingMaps()).hasValue(FEW);
    }

    @Test
    void one_map_too_many_is_explained_and_undone() {
        PciDevice edu = openPci(mode, LabDevices.EDU);
        for (int i = 0; i < FEW; i++) {
            edu.dma().allocate(4096);
        }
        assertThatThrownBy(() -> edu.dma().allocate(4096)).isInstanceOfSatisfying(VfioException.class, e -> {
            assertThat(e.name()).isEqualTo("ENOSPC");
            assertThat(e.hint()).contains("dma_entry_limit", "pool", "iommufd");
        });
        assertThat(edu.dma().addressSpace().mappings().size()).isEqualTo(FEW);
        assertThat(edu.dma().limits().mapsLeft()).isZero();
    }
}
