// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.emulation;

import io.jvfio.DeviceLocator;
import io.jvfio.device.VfioDevice;
import io.jvfio.testkit.DmaEngine;
import io.jvfio.testkit.ReattachableContract;
import io.jvfio.tests.kernel.EduEngine;

/** The model of edu changes its address space. */
final class EduReattachTest extends ReattachableContract {
    @Override
    protected DeviceLocator locator() {
        return Models.EDU;
    }

    @Override
    protected DmaEngine engine(VfioDevice device) {
        return EduEngine.of(device);
    }
}
