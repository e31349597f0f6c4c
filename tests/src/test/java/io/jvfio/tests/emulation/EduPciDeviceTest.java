// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.emulation;

import io.jvfio.DeviceLocator;
import io.jvfio.testkit.PciDeviceContract;

/** The contract of a PCI function on the model of edu. */
final class EduPciDeviceTest extends PciDeviceContract {
    @Override
    protected DeviceLocator locator() {
        return Models.EDU;
    }
}
