// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.nvme;

import io.jvfio.driver.nvme.NvmeController;
import io.jvfio.driver.nvme.NvmeOptions;
import io.jvfio.pci.PciDevice;
import io.jvfio.testkit.LeakCheck;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;

/**
 * An NVMe controller, driven by the driver: opened once for a class, and again after tests that end it or open it in another
 * way; and the check that nothing is left behind. A subclass says how the device is opened: its data is lost.
 *
 * <p>Threads: one at a time.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class NvmeFixture {
    /** More than any command of a test takes, on a busy machine that emulates another one. */
    protected static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Deque<AutoCloseable> ofClass = new ArrayDeque<>();
    private final Deque<AutoCloseable> ofTest = new ArrayDeque<>();
    private Deque<AutoCloseable> resources = ofClass;
    private LeakCheck leaks;
    private PciDevice device;
    private NvmeController controller;

    /** For subclasses. */
    protected NvmeFixture() {}

    /** Opens the device; whatever else that takes is given to {@link #closing}. */
    protected abstract PciDevice openDevice();

    /** How much the larger tests write, in bytes. */
    protected long testSize() {
        return 8 << 20;
    }

    @BeforeAll
    final void openOnce() {
        leaks = LeakCheck.start();
        device = closing(openDevice());
    }

    @BeforeEach
    final void startController() {
        resources = ofTest;
        if (controller == null) {
            controller = NvmeController.open(device);
        }
    }

    @AfterEach
    final void endTest() throws Exception {
        close(ofTest);
    }

    @AfterAll
    final void closeAll() throws Exception {
        replaceController();
        close(ofClass);
        leaks.assertNothingLeaked();
    }

    /** Closes something at the end of the test, before what was given here earlier; closing it twice must do no harm. */
    protected final <T extends AutoCloseable> T closing(T resource) {
        resources.push(resource);
        return resource;
    }

    /** The open device. */
    protected final PciDevice device() {
        return device;
    }

    /** The controller, with the driver's own choices unless {@link #reopen} was called. */
    protected final NvmeController controller() {
        return controller;
    }

    /** The next test gets a controller that was opened anew. */
    protected final void useUpController() {
        closing(this::replaceController);
    }

    /** Closes the controller and opens it with other options, for this test. */
    protected final NvmeController reopen(NvmeOptions options) {
        controller.close();
        useUpController();
        controller = NvmeController.open(device, options);
        return controller;
    }

    private void replaceController() {
        if (controller != null) {
            NvmeController old = controller;
            controller = null;
            old.close();
        }
    }

    private static void close(Deque<AutoCloseable> some) throws Exception {
        Exception failure = null;
        while (!some.isEmpty()) {
            try {
                some.pop().close();
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
    }
}
