// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.Vfio;
import io.jvfio.VfioException;
import io.jvfio.device.VfioDevice;
import io.jvfio.internal.sys.ProcSelf;
import io.jvfio.iommu.DmaBuffer;
import io.jvfio.pci.PciDevice;
import io.jvfio.testkit.LeakCheck;
import io.jvfio.tests.lab.AccessMode;
import io.jvfio.tests.lab.LabDevices;
import io.jvfio.tests.lab.LabParts;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;

/** What adds up over a long life: descriptors, mappings, locked memory. */
@InEveryAccessMode
@Tag("long")
@Timeout(value = 5, unit = TimeUnit.MINUTES)
@Tag(LabParts.NEEDS_EDU)
class CyclesKernelIT {
    private static final int OPENS = 1000;
    private static final int MAPS = 4000;
    private static final int VENDOR_OF_EDU = 0x1234;

    @Parameter
    AccessMode mode;

    @Test
    void a_thousand_opens_and_closes_leave_nothing() {
        try (Vfio vfio = Vfio.create()) {
            openAndClose(vfio);
            LeakCheck check = LeakCheck.start();
            long descriptors = ProcSelf.openDescriptors();
            for (int i = 0; i < OPENS; i++) {
                openAndClose(vfio);
            }
            assertThat(ProcSelf.openDescriptors()).isLessThanOrEqualTo(descriptors);
            check.assertNothingLeaked();
        }
    }

    private void openAndClose(Vfio vfio) {
        try (VfioDevice device = vfio.openDevice(mode.locator(LabDevices.EDU), mode.options())) {
            assertThat(device.readRegister(7, 0, 2)).isEqualTo(VENDOR_OF_EDU);
        }
    }

    @Test
    void four_thousand_maps_and_unmaps_leave_nothing() {
        try (Vfio vfio = Vfio.create();
                PciDevice edu = vfio.openPci(mode.locator(LabDevices.EDU), mode.options())) {
            LeakCheck check = LeakCheck.start();
            long left = edu.dma().limits().mapsLeft();
            for (int i = 0; i < MAPS; i++) {
                try (DmaBuffer buffer = edu.dma().allocate(4096)) {
                    assertThat(buffer.isOpen()).isTrue();
                }
            }
            assertThat(edu.dma().limits().mapsLeft()).isEqualTo(left);
            assertThat(edu.dma().addressSpace().mappings().size()).isZero();
            check.assertNothingLeaked();
        }
    }

    @Test
    void a_device_that_is_open_elsewhere_is_refused_and_goes_on_working() {
        try (Vfio vfio = Vfio.create();
                Vfio other = Vfio.create();
                PciDevice edu = vfio.openPci(mode.locator(LabDevices.EDU), mode.options())) {
            assertThatThrownBy(() -> other.openPci(mode.locator(LabDevices.EDU), mode.options()))
                    .isInstanceOf(VfioException.class)
                    .hasMessageContaining("hint");
            assertThat(edu.config().vendorId()).isEqualTo(VENDOR_OF_EDU);
        }
    }
}
