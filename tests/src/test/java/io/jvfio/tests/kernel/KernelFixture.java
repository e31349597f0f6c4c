// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.kernel;

import io.jvfio.Closing;
import io.jvfio.Vfio;
import io.jvfio.device.VfioDevice;
import io.jvfio.iommu.AddressSpace;
import io.jvfio.pci.PciDevice;
import io.jvfio.testkit.LeakCheck;
import io.jvfio.tests.lab.AccessMode;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A context for each test, and the check that nothing is left behind. */
abstract class KernelFixture {
    private final Deque<AutoCloseable> resources = new ArrayDeque<>();
    private LeakCheck leaks;
    private Vfio context;

    @BeforeEach
    final void startWithAFreshContext() {
        leaks = LeakCheck.start();
        context = closing(Vfio.create());
    }

    @AfterEach
    final void endWithNothingLeftBehind() {
        AssertionError failure = new AssertionError("what the test had opened could not be closed");
        Closing.after(failure, resources.reversed().toArray(AutoCloseable[]::new));
        if (failure.getSuppressed().length > 0) {
            throw failure;
        }
        leaks.assertNothingLeaked();
    }

    final Vfio context() {
        return context;
    }

    /** Closes something when the test has ended, last in first out; closing it twice must do no harm. */
    final <T extends AutoCloseable> T closing(T resource) {
        resources.push(resource);
        return resource;
    }

    final VfioDevice open(AccessMode mode, String address) {
        return closing(context.openDevice(mode.locator(address), mode.options()));
    }

    final PciDevice openPci(AccessMode mode, String address) {
        return closing(context.openPci(mode.locator(address), mode.options()));
    }

    final AddressSpace emptySpace(AccessMode mode, String address) {
        return closing(context.addressSpace(mode.locator(address), mode.options()));
    }

    final VfioDevice openIn(AddressSpace space, AccessMode mode, String address) {
        return closing(context.openDevice(mode.locator(address), mode.options().withAddressSpace(space)));
    }
}
