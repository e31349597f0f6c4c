// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.edu;

import io.jvfio.pci.PciDevice;
import io.jvfio.tests.lab.LabSession;

/** INTx: a level that masks itself, on the model of edu. */
final class EduIntxTest extends EduIntxContract {
    @Override
    PciDevice open(LabSession session) {
        return EduModels.open(session);
    }
}
