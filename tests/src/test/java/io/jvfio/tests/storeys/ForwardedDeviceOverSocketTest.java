// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.storeys;

import io.jvfio.DeviceLocator;
import io.jvfio.carrier.ForwardingDevice;
import io.jvfio.device.VfioDevice;
import io.jvfio.testkit.TestRegister;
import io.jvfio.testkit.VfioDeviceContract;
import io.jvfio.tests.emulation.FullModel;
import io.jvfio.tests.vfiouser.ServedModel;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract of a device on a device behind a socket under a storey that forwards. */
final class ForwardedDeviceOverSocketTest extends VfioDeviceContract {
    @RegisterExtension
    static final ServedModel SERVED = new ServedModel("model:full");

    @BeforeEach
    void waitForTheServerAtTheEnd() {
        closing(SERVED.idle());
    }

    @Override
    protected VfioDevice wrapped(VfioDevice opened) {
        return new ForwardingDevice(opened);
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
