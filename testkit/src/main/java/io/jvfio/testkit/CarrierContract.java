// SPDX-License-Identifier: Apache-2.0
package io.jvfio.testkit;

import io.jvfio.DeviceLocator;
import io.jvfio.Vfio;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.VfioDevice;
import io.jvfio.iommu.AddressSpace;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * What every contract starts from: a device with a name, opened in a context of its own for each test, and the check
 * after each test that nothing was left behind. A subclass says which device, and how to open it.
 *
 * <p>Threads: one at a time.
 */
public abstract class CarrierContract {
    private final Deque<AutoCloseable> resources = new ArrayDeque<>();
    private LeakCheck leaks;
    private Vfio context;

    /** For subclasses. */
    protected CarrierContract() {}

    /** The device under test. */
    protected abstract DeviceLocator locator();

    /** How to open it; the carrier's best choice unless overridden. */
    protected OpenOptions options() {
        return OpenOptions.defaults();
    }

    /**
     * The device that the tests see: the one that was opened, unless a subclass tries what stands on top of one.
     *
     * @param opened the device; closed with the result
     */
    protected VfioDevice wrapped(VfioDevice opened) {
        return opened;
    }

    /** New memory of the smallest kind that this carrier maps: a page unless overridden. */
    protected TestMemory memory() {
        return TestMemory.ofPages(1);
    }

    /** The context of one test, closed after it. */
    protected Vfio createContext() {
        return Vfio.create();
    }

    @BeforeEach
    final void startWithAFreshContext() {
        leaks = LeakCheck.start();
        context = createContext();
    }

    @AfterEach
    final void endWithNothingLeftBehind() throws Exception {
        resources.addLast(context);
        Exception failure = null;
        while (!resources.isEmpty()) {
            try {
                resources.pop().close();
            } catch (Exception e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
        leaks.assertNothingLeaked();
    }

    /** The context of this test. */
    protected final Vfio context() {
        return context;
    }

    /** Closes something when the test has ended, before what was passed here earlier; closing it twice must do no harm. */
    protected final <T extends AutoCloseable> T closing(T resource) {
        resources.push(resource);
        return resource;
    }

    /** The device under test in a private address space, closed when the test has ended. */
    protected final VfioDevice open() {
        return closing(wrapped(context.openDevice(locator(), options())));
    }

    /** The device under test in an address space that exists, closed when the test has ended. */
    protected final VfioDevice openIn(AddressSpace space) {
        return openIn(space, locator());
    }

    /** A device in an address space that exists, closed when the test has ended. */
    protected final VfioDevice openIn(AddressSpace space, DeviceLocator device) {
        return closing(wrapped(context.openDevice(device, options().withAddressSpace(space))));
    }

    /** An empty address space for the device under test, closed when the test has ended. */
    protected final AddressSpace emptySpace() {
        return closing(context.addressSpace(locator(), options()));
    }
}
