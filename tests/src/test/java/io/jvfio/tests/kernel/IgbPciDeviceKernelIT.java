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
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The contract of a PCI function on igb, which has a reset and three types of interrupts. */
@ParameterizedClass(name = "[mode={0}]")
@EnumSource(
        value = AccessMode.class,
        names = {"TYPE1V2", "IOMMUFD"})
@Tag(LabParts.NEEDS_IGB)
final class IgbPciDeviceKernelIT extends PciDeviceContract {

    /** Device Status. */
    private static final TestRegister STATUS = new TestRegister(0, 8, 4);

    @Parameter
    AccessMode mode;

    @Override
    protected DeviceLocator locator() {
        return mode.locator(LabDevices.IGB);
    }

    @Override
    protected OpenOptions options() {
        return mode.options();
    }

    @Override
    protected Optional<TestRegister> mappedRegister() {
        return Optional.of(STATUS);
    }
}
