// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.zpci.model;

import io.jvfio.DeviceLocator;
import io.jvfio.testkit.PciDeviceContract;
import io.jvfio.tests.vfiouser.ServedModel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract of a PCI function on an NVMe controller as a zPCI function, behind a socket. */
final class NvmePciOverSocketTest extends PciDeviceContract {
    @RegisterExtension
    static final ServedModel SERVED = new ServedModel(Functions.served(Functions.NVME));

    @BeforeEach
    void waitForTheServerAtTheEnd() {
        closing(SERVED.idle());
    }

    @Override
    protected DeviceLocator locator() {
        return SERVED.locator();
    }
}
