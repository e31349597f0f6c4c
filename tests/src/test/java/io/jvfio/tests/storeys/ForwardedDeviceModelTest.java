// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.storeys;

import io.jvfio.DeviceLocator;
import io.jvfio.carrier.ForwardingDevice;
import io.jvfio.device.VfioDevice;
import io.jvfio.testkit.TestRegister;
import io.jvfio.testkit.VfioDeviceContract;
import io.jvfio.tests.emulation.FullModel;
import io.jvfio.tests.emulation.Models;
import java.util.Optional;

/** The contract of a device on a model under a storey that forwards. */
final class ForwardedDeviceModelTest extends VfioDeviceContract {

    @Override
    protected VfioDevice wrapped(VfioDevice opened) {
        return new ForwardingDevice(opened);
    }

    @Override
    protected DeviceLocator locator() {
        return Models.FULL;
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
