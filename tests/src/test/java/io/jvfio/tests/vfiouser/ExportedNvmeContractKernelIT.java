// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.vfiouser;

import io.jvfio.Vfio;
import io.jvfio.pci.PciDevice;
import io.jvfio.tests.lab.LabDevices;
import io.jvfio.tests.nvme.NvmeDriverContract;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The NVMe driver on QEMU's controller through two hops: this process's vfio-user client, and the kernel's VFIO in the
 * process that exports the device.
 */
@Tag("long")
final class ExportedNvmeContractKernelIT extends NvmeDriverContract {
    @RegisterExtension
    static final ServedProcess SERVED = new ServedProcess("export", LabDevices.NVME);

    @Override
    protected PciDevice openDevice() {
        return SERVED.open(closing(Vfio.create()));
    }
}
