// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.nvme;

import io.jvfio.Vfio;
import io.jvfio.pci.PciDevice;
import io.jvfio.tests.lab.AccessMode;
import io.jvfio.tests.lab.LabDevices;
import org.junit.jupiter.api.Tag;

/** The driver on QEMU's controller, through its own node and iommufd. */
@Tag("mode-iommufd")
final class NvmeDriverIommufdKernelIT extends NvmeDriverContract {

    @Override
    protected PciDevice openDevice() {
        Vfio context = closing(Vfio.create());
        return context.openPci(AccessMode.IOMMUFD.locator(LabDevices.NVME), AccessMode.IOMMUFD.options());
    }

    @Override
    protected long testSize() {
        return 64 << 20;
    }
}
