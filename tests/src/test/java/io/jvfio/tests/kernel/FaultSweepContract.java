// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.Errno;
import io.jvfio.Setting;
import io.jvfio.Vfio;
import io.jvfio.interrupt.InterruptType;
import io.jvfio.interrupt.Interrupts;
import io.jvfio.iommu.DmaBuffer;
import io.jvfio.pci.PciDevice;
import io.jvfio.testkit.FaultSweep;
import io.jvfio.tests.lab.AccessMode;
import io.jvfio.tests.lab.LabDevices;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

/** Each system call of open, map, interrupt set-up and close fails in turn, in front of the real kernel. */
abstract class FaultSweepContract {

    /** Opening alone asks for nine regions and five interrupt indexes. */
    private static final int FEWEST_CALLS = 20;

    @Parameter
    AccessMode mode;

    @Test
    void whichever_system_call_fails_no_descriptor_mapping_or_locked_memory_is_left() {
        int swept = FaultSweep.everyCallFails(Errno.ENOMEM, this::session);

        assertThat(swept).isGreaterThan(FEWEST_CALLS);
    }

    private void session(Setting faults) {
        try (Vfio vfio = Vfio.create(faults);
                PciDevice edu = vfio.openPci(mode.locator(LabDevices.EDU), mode.options());
                DmaBuffer buffer = edu.dma().allocate(4096);
                Interrupts msi = edu.interrupts().enable(InterruptType.MSI, 1)) {
            edu.bar(0).mmio().read32(0);
            assertThat(buffer.isOpen()).isTrue();
            assertThat(msi.poll(0)).isZero();
        }
    }
}
