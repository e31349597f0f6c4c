// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.zpci.model;

import io.jvfio.DeviceLocator;
import io.jvfio.testkit.PciDeviceContract;

/** The contract of a PCI function on an NVMe controller as a zPCI function. */
final class NvmePciDeviceTest extends PciDeviceContract {
    @Override
    protected DeviceLocator locator() {
        return Functions.locator(Functions.NVME);
    }
}
