// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.vfiouser;

import io.jvfio.DeviceLocator;
import io.jvfio.testkit.AddressSpaceContract;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract of an address space on the model of edu behind a socket. */
final class EduSpaceOverSocketTest extends AddressSpaceContract {
    @RegisterExtension
    static final ServedModel SERVED = new ServedModel("model:edu?transfer_ms=0");

    @BeforeEach
    void waitForTheServerAtTheEnd() {
        closing(SERVED.idle());
    }

    @Override
    protected DeviceLocator locator() {
        return SERVED.locator();
    }
}
