// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.kernel;

import io.jvfio.DeviceLocator;
import io.jvfio.device.IrqInfo;
import io.jvfio.device.OpenOptions;
import io.jvfio.interrupt.InterruptType;
import io.jvfio.testkit.TestMemory;
import io.jvfio.testkit.TestRegister;
import io.jvfio.testkit.VfioDeviceContract;
import java.util.Optional;
import org.junit.jupiter.params.Parameter;

/** The contract of a device on a function that no IOMMU watches. */
abstract class NoIommuDeviceContract extends VfioDeviceContract {
    private static final long HUGE_PAGE = 2 << 20;

    /** Device Status of the e1000e family. */
    private static final TestRegister STATUS = new TestRegister(0, 8, 4);

    @Parameter
    NoIommuMode mode;

    @Override
    protected DeviceLocator locator() {
        return mode.locator();
    }

    @Override
    protected OpenOptions options() {
        return mode.options();
    }

    @Override
    protected TestMemory memory() {
        return TestMemory.of(HUGE_PAGE, HUGE_PAGE);
    }

    /** Message-signalled interrupts need a bridge that the lab's bypassed root does not have. */
    @Override
    protected boolean canTrigger(IrqInfo irq) {
        return super.canTrigger(irq)
                && irq.index() != InterruptType.MSI.index()
                && irq.index() != InterruptType.MSIX.index();
    }

    @Override
    protected Optional<TestRegister> mappedRegister() {
        return Optional.of(STATUS);
    }
}
