// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.zpci.model;

import io.jvfio.DeviceLocator;
import io.jvfio.testkit.VfioDeviceContract;

/** The contract of a device on an NVMe controller as a zPCI function. */
final class NvmeDeviceTest extends VfioDeviceContract {
    @Override
    protected DeviceLocator locator() {
        return Functions.locator(Functions.NVME);
    }
}
