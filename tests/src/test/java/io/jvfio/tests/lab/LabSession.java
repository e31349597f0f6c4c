// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.lab;

import io.jvfio.Vfio;
import io.jvfio.pci.PciDevice;
import io.jvfio.testkit.LeakCheck;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The devices of one test, in a context of their own. Its end closes what the test has not closed, and fails if anything
 * was left behind.
 *
 * <p>Threads: one at a time.
 */
public final class LabSession implements AutoCloseable {
    private final LeakCheck leaks = LeakCheck.start();
    private final Deque<AutoCloseable> resources = new ArrayDeque<>();
    private final Vfio context;

    /** Opens the context. */
    public LabSession() {
        this.context = closing(Vfio.create());
    }

    /** The context, closed at the end. */
    public Vfio context() {
        return context;
    }

    /**
     * Opens a device in a private address space.
     *
     * @param address where it is, one of {@link LabDevices}
     * @return the device, closed at the end
     */
    public PciDevice open(AccessMode mode, String address) {
        return closing(context.openPci(mode.locator(address), mode.options()));
    }

    /** Closes something at the end, before what was passed here earlier. */
    public <T extends AutoCloseable> T closing(T resource) {
        resources.push(resource);
        return resource;
    }

    /** Closes everything even if something fails, then looks for what was left behind. */
    @Override
    public void close() {
        IllegalStateException failures = new IllegalStateException("not everything could be closed");
        while (!resources.isEmpty()) {
            try {
                resources.pop().close();
            } catch (Exception e) {
                failures.addSuppressed(e);
            }
        }
        if (failures.getSuppressed().length > 0) {
            throw failures;
        }
        leaks.assertNothingLeaked();
    }
}
