// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.edu;

import io.jvfio.pci.PciDevice;
import io.jvfio.tests.lab.LabSession;

/** Register access on the model of edu. */
final class EduRegisterTest extends EduRegisterContract {
    @Override
    PciDevice open(LabSession session) {
        return EduModels.open(session);
    }
}
