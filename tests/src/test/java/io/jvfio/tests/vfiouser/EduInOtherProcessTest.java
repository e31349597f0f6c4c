// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.vfiouser;

import io.jvfio.DeviceLocator;
import io.jvfio.testkit.VfioDeviceContract;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract of a device on the model of edu in another process. */
final class EduInOtherProcessTest extends VfioDeviceContract {
    @RegisterExtension
    static final ServedProcess SERVED = new ServedProcess("serve", "edu?transfer_ms=0");

    @Override
    protected DeviceLocator locator() {
        return SERVED.locator();
    }
}
