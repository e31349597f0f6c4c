// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.vfiouser;

import io.jvfio.DeviceLocator;
import io.jvfio.testkit.TestRegister;
import io.jvfio.testkit.VfioDeviceContract;
import io.jvfio.tests.emulation.FullModel;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract of a device on a model that has everything, behind a socket. */
final class FullOverSocketTest extends VfioDeviceContract {
    @RegisterExtension
    static final ServedModel SERVED = new ServedModel("model:full");

    @BeforeEach
    void waitForTheServerAtTheEnd() {
        closing(SERVED.idle());
    }

    @Override
    protected DeviceLocator locator() {
        return SERVED.locator();
    }

    @Override
    protected Optional<TestRegister> mappedRegister() {
        return Optional.of(FullModel.MAPPED);
    }

    @Override
    protected Optional<TestRegister> careless() {
        return Optional.of(FullModel.CARELESS);
    }
}
