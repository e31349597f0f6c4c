// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import io.jvfio.device.DeviceGoneException;
import io.jvfio.device.VfioPci;
import io.jvfio.interrupt.InterruptControl;
import io.jvfio.pci.config.PciRegisters;
import java.time.Duration;
import java.util.Set;

/**
 * What the kernel tells of a device outside its interrupts: that it has an error, and that it has to be let go. For the
 * latter the listeners are told, waited for up to a deadline, and the device is closed.
 *
 * <p>All of it runs on threads of its own, so that a slow listener holds up no other device, and no sysfs file of the
 * device is touched, whose lock the kernel may hold.
 *
 * <p>Threads: thread-safe.
 */
final class Notices {
    private static final System.Logger LOG = System.getLogger("io.jvfio");

    /** Errors of this process, not of the device. */
    private static final Set<Integer> OUT_OF_RESOURCES = Set.of(Errno.EMFILE, Errno.ENFILE, Errno.ENOMEM);

    private final PciDevice device;
    private final Lifecycle lifecycle;
    private final Listeners removal = new Listeners();
    private final Listeners errors = new Listeners();
    private volatile Duration removalDeadline = Duration.ofSeconds(10);

    Notices(PciDevice device, Lifecycle lifecycle) {
        this.device = device;
        this.lifecycle = lifecycle;
    }

    /** Who wants to hear that the device has to be let go. */
    Listeners removal() {
        return removal;
    }

    /** Who wants to hear of errors. */
    Listeners errors() {
        return errors;
    }

    void removalDeadline(Duration duration) {
        removalDeadline = duration;
    }

    /** Listens from now on. A device without such notices, or a carrier that refuses them, can be used all the same. */
    void watch(InterruptControl interrupts) {
        watch(interrupts, VfioPci.VFIO_PCI_REQ_IRQ_INDEX, this::removalRequested);
        watch(interrupts, VfioPci.VFIO_PCI_ERR_IRQ_INDEX, this::errorReported);
    }

    private void watch(InterruptControl interrupts, int irq, Runnable callback) {
        try {
            interrupts.watch(irq, callback);
        } catch (VfioException e) {
            if (OUT_OF_RESOURCES.contains(e.errno())) {
                throw e;
            }
            LOG.log(System.Logger.Level.DEBUG, "{0} has no notice at irq index {1}: {2}", device, irq, e.getMessage());
        }
    }

    /** The kernel repeats its request until the device is closed; the first one counts. Does not block. */
    private void removalRequested() {
        if (lifecycle.enter(DeviceState.LEAVING)) {
            start("jvfio-removal " + device.name(), this::leave);
        }
    }

    private void errorReported() {
        lifecycle.enter(DeviceState.IN_ERROR);
        LOG.log(System.Logger.Level.WARNING, "{0} reports an uncorrectable error", device.name());
        start("jvfio-error " + device.name(), this::handleError);
    }

    /**
     * If no listener has brought it back, the error may be that the device is no more: then its waits end. Only the carrier
     * can say so; a device that answers nothing until it is reset is still there.
     */
    private void handleError() {
        errors.call(device);
        try {
            device.device().readRegister(VfioPci.VFIO_PCI_CONFIG_REGION_INDEX, PciRegisters.COMMAND, Short.BYTES);
        } catch (DeviceGoneException e) {
            device.foundGone();
        } catch (VfioException | IllegalStateException e) {
            LOG.log(System.Logger.Level.DEBUG, "{0} after its error: {1}", device.name(), e.getMessage());
        }
    }

    private void leave() {
        LOG.log(System.Logger.Level.INFO, "{0} is asked for and will be closed", device.name());
        Duration deadline = removalDeadline;
        if (!removal.isEmpty()) {
            Thread caller = start("jvfio-removal-listener " + device.name(), () -> removal.call(device));
            if (!ends(caller, deadline)) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "{0} is closed under its removal listener, which takes more than {1}",
                        device.name(),
                        deadline);
            }
        }
        try {
            device.close();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "closing " + device.name() + " for its removal failed", e);
        }
    }

    private static boolean ends(Thread thread, Duration deadline) {
        try {
            return thread.join(deadline);
        } catch (InterruptedException e) {
            // Nobody has this thread to interrupt it; if somebody did, the device still has to be closed.
            return false;
        }
    }

    private static Thread start(String name, Runnable body) {
        return Thread.ofPlatform()
                .daemon()
                .inheritInheritableThreadLocals(false)
                .name(name)
                .start(body);
    }
}
