// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.kernel;

import io.jvfio.DeviceLocator;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.VfioDevice;
import io.jvfio.testkit.DmaEngine;
import io.jvfio.testkit.ReattachableContract;
import io.jvfio.tests.lab.AccessMode;
import io.jvfio.tests.lab.LabDevices;
import io.jvfio.tests.lab.LabParts;
import org.junit.jupiter.api.Tag;

/** Edu, opened by its own node, changes its address space. */
@Tag("mode-iommufd")
@Tag(LabParts.NEEDS_EDU)
final class ReattachKernelIT extends ReattachableContract {

    @Override
    protected DeviceLocator locator() {
        return AccessMode.IOMMUFD.locator(LabDevices.EDU);
    }

    @Override
    protected OpenOptions options() {
        return AccessMode.IOMMUFD.options();
    }

    @Override
    protected DmaEngine engine(VfioDevice device) {
        return EduEngine.of(device);
    }
}
