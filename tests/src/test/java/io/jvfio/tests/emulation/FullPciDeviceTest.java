// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.emulation;

import io.jvfio.DeviceLocator;
import io.jvfio.testkit.PciDeviceContract;
import io.jvfio.testkit.TestRegister;
import java.util.Optional;

/** The contract of a PCI function on a model that has everything a model can have. */
final class FullPciDeviceTest extends PciDeviceContract {
    @Override
    protected DeviceLocator locator() {
        return Models.FULL;
    }

    @Override
    protected Optional<TestRegister> mappedRegister() {
        return Optional.of(FullModel.MAPPED);
    }
}
