// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.vfiouser;

import io.jvfio.DeviceLocator;
import io.jvfio.device.VfioDevice;
import io.jvfio.testkit.DmaContract;
import io.jvfio.testkit.DmaEngine;
import io.jvfio.tests.kernel.EduEngine;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the model of edu sees of the address space of its client when it is in another process. */
final class EduDmaInOtherProcessTest extends DmaContract {
    @RegisterExtension
    static final ServedProcess SERVED = new ServedProcess("serve", "edu?transfer_ms=0");

    @Override
    protected DeviceLocator locator() {
        return SERVED.locator();
    }

    @Override
    protected DmaEngine engine(VfioDevice device) {
        return EduEngine.of(device);
    }
}
