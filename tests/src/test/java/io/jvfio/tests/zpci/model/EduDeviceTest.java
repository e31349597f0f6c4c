// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.zpci.model;

import io.jvfio.DeviceLocator;
import io.jvfio.testkit.VfioDeviceContract;

/** The contract of a device on edu as a zPCI function. */
final class EduDeviceTest extends VfioDeviceContract {
    @Override
    protected DeviceLocator locator() {
        return Functions.locator(Functions.EDU);
    }
}
