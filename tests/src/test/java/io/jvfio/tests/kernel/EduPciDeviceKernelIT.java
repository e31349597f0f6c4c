// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.kernel;

import io.jvfio.DeviceLocator;
import io.jvfio.device.OpenOptions;
import io.jvfio.testkit.PciDeviceContract;
import io.jvfio.testkit.TestRegister;
import io.jvfio.tests.lab.AccessMode;
import io.jvfio.tests.lab.LabDevices;
import io.jvfio.tests.lab.LabParts;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.Parameter;

/** The contract of a PCI function on edu. */
@InEveryAccessMode
@Tag(LabParts.NEEDS_EDU)
final class EduPciDeviceKernelIT extends PciDeviceContract {
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

    @Override
    protected Optional<TestRegister> mappedRegister() {
        return Optional.of(EduEngine.ID);
    }
}
