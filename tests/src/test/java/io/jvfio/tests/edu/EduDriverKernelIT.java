// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.edu;

import io.jvfio.DeviceLocator;
import io.jvfio.device.OpenOptions;
import io.jvfio.tests.lab.AccessMode;
import io.jvfio.tests.lab.LabDevices;
import io.jvfio.tests.lab.LabParts;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The contract of a driver with edu's, in the lab; its copies take a fifth of a second, so not in every mode. */
@ParameterizedClass(name = "[mode={0}]")
@EnumSource(
        value = AccessMode.class,
        names = {"TYPE1", "IOMMUFD"})
@Tag(LabParts.NEEDS_EDU)
final class EduDriverKernelIT extends EduDriverContract {
    @Parameter
    AccessMode mode;

    @Override
    protected DeviceLocator locator() {
        return mode.locator(LabDevices.EDU);
    }

    @Override
    protected OpenOptions options() {
        return mode.options();
    }
}
