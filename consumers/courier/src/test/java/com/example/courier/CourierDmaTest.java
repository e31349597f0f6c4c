// SPDX-License-Identifier: Apache-2.0
package com.example.courier;

import io.jvfio.DeviceLocator;
import io.jvfio.device.VfioDevice;
import io.jvfio.testkit.DmaContract;
import io.jvfio.testkit.DmaEngine;

/** What the model sees of its address space. */
final class CourierDmaTest extends DmaContract {
    @Override
    protected DeviceLocator locator() {
        return DeviceLocator.parse("model:courier");
    }

    @Override
    protected DmaEngine engine(VfioDevice device) {
        return new CourierEngine(device);
    }
}
