// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.edu;

import io.jvfio.pci.PciDevice;
import io.jvfio.testkit.DriverContract;
import io.jvfio.testkit.TestDriver;

/** The contract of a driver with edu's. */
abstract class EduDriverContract extends DriverContract {
    @Override
    protected final boolean probe(PciDevice device) {
        return EduTestDriver.probe(device);
    }

    @Override
    protected final TestDriver init(PciDevice device) {
        return EduTestDriver.open(device);
    }
}
