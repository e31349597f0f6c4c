// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.edu;

import io.jvfio.DeviceLocator;

/** The contract of a driver with edu's, on the model. */
final class EduDriverTest extends EduDriverContract {
    @Override
    protected DeviceLocator locator() {
        return EduModels.LOCATOR;
    }
}
