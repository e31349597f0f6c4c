// SPDX-License-Identifier: Apache-2.0
package com.example.courier;

import io.jvfio.DeviceLocator;
import io.jvfio.testkit.PciDeviceContract;
import io.jvfio.testkit.TestRegister;
import java.util.Optional;

/** The model keeps the contract of a PCI function. */
final class CourierFunctionTest extends PciDeviceContract {
    @Override
    protected DeviceLocator locator() {
        return DeviceLocator.parse("model:courier");
    }

    @Override
    protected Optional<TestRegister> mappedRegister() {
        return Optional.of(new TestRegister(0, 0x10, 4)); // SIZE: nobody changes it but the driver
    }
}
