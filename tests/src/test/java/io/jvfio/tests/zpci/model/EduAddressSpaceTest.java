// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.zpci.model;

import io.jvfio.DeviceLocator;
import io.jvfio.testkit.AddressSpaceContract;

/** The contract of an address space on the aperture of a zPCI function. */
final class EduAddressSpaceTest extends AddressSpaceContract {
    @Override
    protected DeviceLocator locator() {
        return Functions.locator(Functions.EDU);
    }
}
