// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.kernel;

import io.jvfio.DeviceLocator;
import io.jvfio.device.OpenOptions;
import io.jvfio.testkit.AddressSpaceContract;
import io.jvfio.tests.lab.AccessMode;
import io.jvfio.tests.lab.LabDevices;
import io.jvfio.tests.lab.LabParts;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.Parameter;

/** The contract of an address space with edu in it. */
@InEveryAccessMode
@Tag(LabParts.NEEDS_EDU)
@Tag("quick")
final class EduAddressSpaceKernelIT extends AddressSpaceContract {
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
