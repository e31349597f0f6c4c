// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.edu;

import io.jvfio.pci.PciDevice;
import io.jvfio.tests.lab.AccessMode;
import io.jvfio.tests.lab.LabDevices;
import io.jvfio.tests.lab.LabParts;
import io.jvfio.tests.lab.LabSession;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.Parameter;

/** INTx: a level that masks itself, on the lab's edu. */
@InEveryAccessMode
@Tag(LabParts.NEEDS_EDU)
final class EduIntxKernelIT extends EduIntxContract {
    @Parameter
    AccessMode mode;

    @Override
    PciDevice open(LabSession session) {
        return session.open(mode, LabDevices.EDU);
    }
}
