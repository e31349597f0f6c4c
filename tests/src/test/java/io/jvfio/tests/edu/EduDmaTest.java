// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.edu;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.emulation.DmaStatus;
import io.jvfio.emulation.EmulatedIommu;
import io.jvfio.pci.PciDevice;
import io.jvfio.tests.lab.LabSession;

/** DMA on the model of edu. */
final class EduDmaTest extends EduDmaContract {
    @Override
    PciDevice open(LabSession session) {
        return EduModels.open(session);
    }

    @Override
    void assertFaultIsTold(long iova, Runnable access) {
        EmulatedIommu iommu = (EmulatedIommu) edu.dma().addressSpace();
        long before = iommu.faultCount();
        access.run();
        assertThat(iommu.faultCount()).isEqualTo(before + 1);
        assertThat(iommu.faults().getLast().iova()).isEqualTo(iova);
        assertThat(iommu.faults().getLast().reason()).isEqualTo(DmaStatus.UNMAPPED);
    }
}
