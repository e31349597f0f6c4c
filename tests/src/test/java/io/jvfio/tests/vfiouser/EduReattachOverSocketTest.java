// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.vfiouser;

import io.jvfio.DeviceLocator;
import io.jvfio.device.VfioDevice;
import io.jvfio.testkit.DmaEngine;
import io.jvfio.testkit.ReattachableContract;
import io.jvfio.tests.kernel.EduEngine;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The model of edu changes its address space behind a socket. */
final class EduReattachOverSocketTest extends ReattachableContract {
    @RegisterExtension
    static final ServedModel SERVED = new ServedModel("model:edu?transfer_ms=0");

    @BeforeEach
    void waitForTheServerAtTheEnd() {
        closing(SERVED.idle());
    }

    @Override
    protected DeviceLocator locator() {
        return SERVED.locator();
    }

    @Override
    protected DmaEngine engine(VfioDevice device) {
        return EduEngine.of(device);
    }
}
