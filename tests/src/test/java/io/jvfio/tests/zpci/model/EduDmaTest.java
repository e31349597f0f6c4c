// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.zpci.model;

import io.jvfio.DeviceLocator;
import io.jvfio.device.VfioDevice;
import io.jvfio.testkit.DmaContract;
import io.jvfio.testkit.DmaEngine;
import io.jvfio.tests.emulation.Models;
import io.jvfio.tests.kernel.EduEngine;
import java.util.Optional;

/** What edu as a zPCI function sees of its address space, alone and together with another model. */
final class EduDmaTest extends DmaContract {
    @Override
    protected DeviceLocator locator() {
        return Functions.locator(Functions.served(Functions.EDU));
    }

    @Override
    protected DmaEngine engine(VfioDevice device) {
        return EduEngine.of(device);
    }

    @Override
    protected Optional<DeviceLocator> companion() {
        return Optional.of(Models.FULL);
    }
}
