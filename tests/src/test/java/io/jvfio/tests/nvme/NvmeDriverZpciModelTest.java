// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.nvme;

import io.jvfio.DeviceLocator;
import io.jvfio.Vfio;
import io.jvfio.device.OpenOptions;
import io.jvfio.pci.PciDevice;

/** The driver on the model of a controller as a zPCI function: its memory is in the aperture, and no BAR is memory. */
final class NvmeDriverZpciModelTest extends NvmeDriverContract {

    @Override
    protected PciDevice openDevice() {
        return closing(Vfio.create())
                .openPci(DeviceLocator.parse("model:zpci?of=nvme&size=64MiB&namespaces=2"), OpenOptions.defaults());
    }
}
