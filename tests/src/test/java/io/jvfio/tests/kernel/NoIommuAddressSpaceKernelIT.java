// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.kernel;

import io.jvfio.DeviceLocator;
import io.jvfio.device.OpenOptions;
import io.jvfio.testkit.PhysicalAddressSpaceContract;
import io.jvfio.tests.lab.LabParts;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.Parameter;

/** The contract of an address space in front of a function that no IOMMU watches. */
@InEveryModeWithoutIommu
@Tag(LabParts.NEEDS_NO_IOMMU)
final class NoIommuAddressSpaceKernelIT extends PhysicalAddressSpaceContract {
    @Parameter
    NoIommuMode mode;

    @Override
    protected DeviceLocator locator() {
        return mode.locator();
    }

    @Override
    protected OpenOptions options() {
        return mode.options();
    }
}
