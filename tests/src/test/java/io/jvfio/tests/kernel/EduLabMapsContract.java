// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.kernel;

import io.jvfio.DeviceLocator;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.VfioDevice;
import io.jvfio.iommu.IovaRange;
import io.jvfio.testkit.DmaContract;
import io.jvfio.testkit.DmaEngine;
import io.jvfio.tests.lab.AccessMode;
import io.jvfio.tests.lab.LabDevices;
import io.jvfio.tests.lab.LabFacts;
import java.util.Optional;
import org.junit.jupiter.params.Parameter;

/** What edu sees of its address space, alone and together with another function. */
abstract class EduLabMapsContract extends DmaContract {
    @Parameter
    AccessMode mode;

    @Override
    protected DeviceLocator locator() {
        return mode.locator(LabDevices.EDU);
    }

    @Override
    protected OpenOptions options() {
        return mode.options();
    }

    @Override
    protected DmaEngine engine(VfioDevice device) {
        return EduEngine.of(device);
    }

    @Override
    protected Optional<DeviceLocator> companion() {
        return Optional.of(mode.locator(LabDevices.PCI_TESTDEV));
    }

    /** Where message-signalled interrupts go. A container leaves them out from the start, an IOAS when it learns. */
    @Override
    protected Optional<IovaRange> unusableOnceJoined() {
        return mode.isCdev() ? Optional.of(LabFacts.range("iommu.interrupts")) : Optional.empty();
    }
}
