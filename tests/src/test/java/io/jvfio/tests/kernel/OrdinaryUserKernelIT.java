// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.VfioException;
import io.jvfio.device.VfioDevice;
import io.jvfio.iommu.DmaBuffer;
import io.jvfio.iommu.DmaMapping;
import io.jvfio.iommu.IovaRange;
import io.jvfio.iommu.MapRequest;
import io.jvfio.pci.PciDevice;
import io.jvfio.testkit.TestMemory;
import io.jvfio.tests.lab.AccessMode;
import io.jvfio.tests.lab.LabDevices;
import io.jvfio.tests.lab.LabParts;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

/** An ordinary user who owns the nodes of edu, nothing else, and may lock 8 MiB. */
@Tag("unprivileged")
@InEveryAccessMode
@Tag(LabParts.NEEDS_EDU)
@Tag("quick")
final class OrdinaryUserKernelIT extends KernelFixture {
    private static final long MIB = 1 << 20;

    @Parameter
    AccessMode mode;

    @Test
    void a_device_of_his_moves_memory() {
        VfioDevice edu = open(mode, LabDevices.EDU);
        EduEngine engine = EduEngine.of(edu);
        TestMemory memory = closing(TestMemory.ofPages(1)).fill(5);
        DmaMapping mapping = closing(edu.addressSpace()
                .map(memory.source(), MapRequest.defaults().withWithin(IovaRange.ofBits(engine.addressBits()))));
        engine.copy(mapping.iova(), mapping.iova() + 2048, 512);
        assertThat(memory.holds(5, 0, 2048, 512)).isTrue();
    }

    @Test
    void the_limit_on_locked_memory_is_known_and_explained() {
        PciDevice edu = openPci(mode, LabDevices.EDU);
        assertThat(edu.dma().limits().lockedLimit()).isEqualTo(8 * MIB);
        try (DmaBuffer four = edu.dma().allocate(4 * MIB)) {
            assertThat(edu.dma().limits().lockedUsed()).isGreaterThanOrEqualTo(four.size());
            assertThatThrownBy(() -> edu.dma().allocate(6 * MIB)).isInstanceOfSatisfying(VfioException.class, e -> {
                assertThat(e.name()).isEqualTo("ENOMEM");
                assertThat(e.hint()).contains("6 MiB", "8 MiB", "memlock");
            });
        }
        edu.dma().allocate(6 * MIB).close();
    }

    @Test
    void a_device_of_somebody_else_is_out_of_reach_and_the_error_says_what_to_do() {
        assertThatThrownBy(() -> open(mode, LabDevices.PCI_TESTDEV)).isInstanceOfSatisfying(VfioException.class, e -> {
            assertThat(e.name()).isEqualTo("EACCES");
            assertThat(e.hint()).isNotBlank();
        });
    }
}
