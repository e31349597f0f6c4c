// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci;

import io.jvfio.VfioException;
import io.jvfio.device.DeviceGoneException;
import io.jvfio.device.VfioPci;
import io.jvfio.interrupt.Notices;
import io.jvfio.pci.config.PciRegisters;
import java.time.Duration;

/**
 * What a device's {@link Notices} mean to its driver: the listeners are told of errors, and that the device has to be
 * let go. Then the device is closed, when they have returned or at a deadline. No sysfs file of the device is touched,
 * whose lock the kernel may hold.
 *
 * <p>Threads: thread-safe.
 */
final class DriverNotices implements Notices.Listener {
    private static final System.Logger LOG = System.getLogger("io.jvfio");

    private final PciDevice device;
    private final Lifecycle lifecycle;
    private final Failures failures = new Failures();
    private final Listeners removal = new Listeners(failures);
    private final Listeners errors = new Listeners(failures);
    private volatile Duration removalDeadline = Duration.ofSeconds(10);

    DriverNotices(PciDevice device, Lifecycle lifecycle) {
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

    /** Who wants to hear of what fails without a caller. */
    Failures failures() {
        return failures;
    }

    void removalDeadline(Duration duration) {
        removalDeadline = duration;
    }

    /** Listens from now on. */
    void follow(Notices notices) {
        notices.drive(this, () -> removalDeadline, this::leave);
    }

    /**
     * If no listener has brought it back, the error may be that the device is no more: then its waits end. Only the
     * carrier can say so; a device that answers nothing until it is reset is still there.
     */
    @Override
    public void errorReported() {
        if (lifecycle.enter(DeviceState.IN_ERROR)) {
            LOG.log(System.Logger.Level.WARNING, "{0} reports an uncorrectable error", device.name());
        }
        errors.call(device);
        try {
            device.device().readRegister(VfioPci.VFIO_PCI_CONFIG_REGION_INDEX, PciRegisters.COMMAND, Short.BYTES);
        } catch (DeviceGoneException e) {
            if (e.getCause() != null) {
                lifecycle.endedBy(e.getCause());
            }
            device.foundGone();
        } catch (VfioException | IllegalStateException e) {
            LOG.log(System.Logger.Level.DEBUG, "{0} after its error: {1}", device.name(), e.getMessage());
        }
    }

    @Override
    public void removalRequested() {
        if (lifecycle.enter(DeviceState.LEAVING)) {
            LOG.log(System.Logger.Level.INFO, "{0} is asked for and will be closed", device.name());
            removal.call(device);
        }
    }

    @Override
    public void failed(Throwable failure, boolean gone) {
        if (gone) {
            lifecycle.endedBy(failure);
        }
        failures.tell(failure);
    }

    /**
     * Closes it also if {@link #removalRequested} has not had its turn. A device that was found gone is its driver's to
     * close.
     */
    private void leave() {
        if (lifecycle.enter(DeviceState.LEAVING) || lifecycle.state() == DeviceState.LEAVING) {
            device.close();
        }
    }
}
