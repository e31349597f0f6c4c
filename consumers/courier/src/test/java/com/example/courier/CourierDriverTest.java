// SPDX-License-Identifier: Apache-2.0
package com.example.courier;

import io.jvfio.DeviceLocator;
import io.jvfio.pci.PciDevice;
import io.jvfio.testkit.DriverContract;
import io.jvfio.testkit.TestDriver;

/** The courier's driver keeps the contract of a driver, on the model. */
final class CourierDriverTest extends DriverContract {
    @Override
    protected DeviceLocator locator() {
        return DeviceLocator.parse("model:courier");
    }

    @Override
    protected boolean probe(PciDevice device) {
        return CourierDriver.drives(device);
    }

    @Override
    protected TestDriver init(PciDevice device) {
        return new CourierTestDriver(CourierDriver.open(device));
    }
}
