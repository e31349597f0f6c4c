// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.emulation;

import io.jvfio.DeviceLocator;
import io.jvfio.testkit.TestRegister;
import io.jvfio.testkit.VfioDeviceContract;
import java.util.Optional;

/** The contract of a device on a model that has everything a model can have. */
final class FullDeviceTest extends VfioDeviceContract {
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
