// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.vfiouser;

import io.jvfio.DeviceLocator;
import io.jvfio.device.VfioDevice;
import io.jvfio.testkit.DmaContract;
import io.jvfio.testkit.DmaEngine;
import io.jvfio.tests.kernel.EduEngine;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the model of edu sees of the address space of its client, alone and together with another server's device. */
final class EduDmaOverSocketTest extends DmaContract {
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

    @RegisterExtension
    static final ServedModel COMPANION = new ServedModel("model:full");

    @Override
    protected DmaEngine engine(VfioDevice device) {
        return EduEngine.of(device);
    }

    @Override
    protected Optional<DeviceLocator> companion() {
        return Optional.of(COMPANION.locator());
    }
}
