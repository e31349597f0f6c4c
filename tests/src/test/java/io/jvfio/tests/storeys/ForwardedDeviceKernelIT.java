// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.storeys;

import io.jvfio.DeviceLocator;
import io.jvfio.carrier.ForwardingDevice;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.VfioDevice;
import io.jvfio.testkit.TestRegister;
import io.jvfio.testkit.VfioDeviceContract;
import io.jvfio.tests.kernel.EduEngine;
import io.jvfio.tests.lab.AccessMode;
import io.jvfio.tests.lab.LabDevices;
import io.jvfio.tests.lab.LabParts;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The contract of a device on a device of the kernel under a storey that forwards. */
@ParameterizedClass(name = "[mode={0}]")
@EnumSource(value = AccessMode.class, names = "IOMMUFD")
@Tag(LabParts.NEEDS_EDU)
final class ForwardedDeviceKernelIT extends VfioDeviceContract {
    @Parameter
    AccessMode mode;

    @Override
    protected VfioDevice wrapped(VfioDevice opened) {
        return new ForwardingDevice(opened);
    }

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
