// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.nvme;

import io.jvfio.Vfio;
import io.jvfio.pci.PciDevice;
import io.jvfio.tests.lab.AccessMode;
import io.jvfio.tests.lab.LabDevices;
import org.junit.jupiter.api.Tag;

/** The driver on QEMU's controller, through group and container. */
@Tag("mode-type1")
final class NvmeDriverType1KernelIT extends NvmeDriverContract {

    @Override
    protected PciDevice openDevice() {
        Vfio context = closing(Vfio.create());
        return context.openPci(AccessMode.TYPE1.locator(LabDevices.NVME), AccessMode.TYPE1.options());
    }
}
