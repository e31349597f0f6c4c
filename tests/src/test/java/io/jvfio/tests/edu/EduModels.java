// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.edu;

import io.jvfio.DeviceLocator;
import io.jvfio.device.OpenOptions;
import io.jvfio.pci.PciDevice;
import io.jvfio.tests.lab.LabSession;

/** The model of edu where the lab has QEMU's. */
final class EduModels {
    static final DeviceLocator LOCATOR = DeviceLocator.parse("model:edu?transfer_ms=1");

    private EduModels() {}

    static PciDevice open(LabSession session) {
        return session.closing(session.context().openPci(LOCATOR, OpenOptions.defaults()));
    }
}
