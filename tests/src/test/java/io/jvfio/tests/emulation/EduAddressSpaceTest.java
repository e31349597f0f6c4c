// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.emulation;

import io.jvfio.DeviceLocator;
import io.jvfio.testkit.AddressSpaceContract;

/** The contract of an address space on the model of edu. */
final class EduAddressSpaceTest extends AddressSpaceContract {
    @Override
    protected DeviceLocator locator() {
        return Models.EDU;
    }
}
