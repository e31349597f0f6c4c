// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.emulation;

import io.jvfio.DeviceLocator;
import io.jvfio.testkit.TestRegister;
import io.jvfio.testkit.VfioDeviceContract;
import java.util.Optional;

/** The contract of a device on the model of an NVMe controller. */
final class NvmeDeviceTest extends VfioDeviceContract {
    @Override
    protected DeviceLocator locator() {
        return Models.NVME;
    }

    /** The last doorbell, which is no queue's. */
    @Override
    protected Optional<TestRegister> mappedRegister() {
        return Optional.of(new TestRegister(0, 0x1ffc, 4));
    }
}
