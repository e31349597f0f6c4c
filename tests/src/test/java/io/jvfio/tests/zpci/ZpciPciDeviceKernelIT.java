// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.zpci;

import io.jvfio.DeviceLocator;
import io.jvfio.device.OpenOptions;
import io.jvfio.testkit.PciDeviceContract;
import io.jvfio.tests.lab.AccessMode;
import io.jvfio.tests.lab.LabDevices;
import io.jvfio.tests.lab.LabParts;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The contract of a PCI function on one of IBM Z. */
@Tag(LabParts.NEEDS_ZPCI)
@Tag("quick")
@ParameterizedClass(name = "[mode={0}]")
@EnumSource(
        value = AccessMode.class,
        names = {"TYPE1", "IOMMUFD"})
final class ZpciPciDeviceKernelIT extends PciDeviceContract {
    @Parameter
    AccessMode mode;

    @Override
    protected DeviceLocator locator() {
        return mode.locator(LabDevices.NVME);
    }

    @Override
    protected OpenOptions options() {
        return mode.options();
    }
}
