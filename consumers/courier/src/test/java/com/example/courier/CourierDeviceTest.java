// SPDX-License-Identifier: Apache-2.0
package com.example.courier;

import io.jvfio.DeviceLocator;
import io.jvfio.testkit.VfioDeviceContract;

/** The model keeps the contract of a device. */
final class CourierDeviceTest extends VfioDeviceContract {
    @Override
    protected DeviceLocator locator() {
        return DeviceLocator.parse("model:courier");
    }
}
