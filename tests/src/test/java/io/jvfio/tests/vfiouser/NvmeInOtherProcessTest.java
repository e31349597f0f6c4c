// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.vfiouser;

import io.jvfio.Vfio;
import io.jvfio.device.OpenOptions;
import io.jvfio.pci.PciDevice;
import io.jvfio.tests.nvme.NvmeDriverContract;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The NVMe driver on the model of a controller in another process. */
final class NvmeInOtherProcessTest extends NvmeDriverContract {
    @RegisterExtension
    static final ServedProcess SERVED = new ServedProcess("serve", "nvme?size=64MiB");

    @Override
    protected PciDevice openDevice() {
        return closing(Vfio.create()).openPci(SERVED.locator(), OpenOptions.defaults());
    }
}
