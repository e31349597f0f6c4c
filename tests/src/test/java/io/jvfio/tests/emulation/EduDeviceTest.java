// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.emulation;

import io.jvfio.DeviceLocator;
import io.jvfio.testkit.VfioDeviceContract;

/** The contract of a device on the model of edu. */
final class EduDeviceTest extends VfioDeviceContract {
    @Override
    protected DeviceLocator locator() {
        return Models.EDU;
    }
}
