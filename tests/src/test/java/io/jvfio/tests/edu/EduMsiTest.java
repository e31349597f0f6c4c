// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.edu;

import io.jvfio.pci.PciDevice;
import io.jvfio.tests.lab.LabSession;

/** MSI: awaited, polled, and by callback, on the model of edu. */
final class EduMsiTest extends EduMsiContract {
    @Override
    PciDevice open(LabSession session) {
        return EduModels.open(session);
    }
}
