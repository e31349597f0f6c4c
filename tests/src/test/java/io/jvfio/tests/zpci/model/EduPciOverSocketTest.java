// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.zpci.model;

import io.jvfio.DeviceLocator;
import io.jvfio.testkit.PciDeviceContract;
import io.jvfio.tests.vfiouser.ServedModel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract of a PCI function on edu as a zPCI function, behind a socket. */
final class EduPciOverSocketTest extends PciDeviceContract {
    @RegisterExtension
    static final ServedModel SERVED = new ServedModel(Functions.served(Functions.EDU));

    @BeforeEach
    void waitForTheServerAtTheEnd() {
        closing(SERVED.idle());
    }

    @Override
    protected DeviceLocator locator() {
        return SERVED.locator();
    }
}
