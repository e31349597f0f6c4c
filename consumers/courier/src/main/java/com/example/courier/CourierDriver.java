// SPDX-License-Identifier: Apache-2.0
package com.example.courier;

import io.jvfio.Closing;
import io.jvfio.device.DeviceGoneException;
import io.jvfio.interrupt.InterruptType;
import io.jvfio.interrupt.Interrupts;
import io.jvfio.mmio.Mmio;
import io.jvfio.pci.DeviceState;
import io.jvfio.pci.PciDevice;
import java.time.Duration;

/** The driver of a courier. It borrows the device. Threads: one at a time. */
final class CourierDriver implements AutoCloseable {
    private final PciDevice device;
    private final Mmio regs;
    private final Interrupts interrupts;

    private CourierDriver(PciDevice device) {
        this.device = device;
        this.regs = device.bar(0).mmio();
        device.enableBusMaster();
        this.interrupts = device.interrupts().enable(InterruptType.MSIX, 1);
    }

    static boolean drives(PciDevice device) {
        return device.config().vendorId() == Courier.VENDOR_ID
                && device.config().deviceId() == Courier.DEVICE_ID;
    }

    static CourierDriver open(PciDevice device) {
        if (!drives(device)) {
            throw new IllegalArgumentException(device.name() + " is no courier");
        }
        return new CourierDriver(device);
    }

    /** Starts copying, as often as {@code count} says; {@link #await} tells when it is done. */
    void start(long source, long target, int size, int count) {
        device.guard(() -> {
            regs.write(Courier.SOURCE, source);
            regs.write(Courier.TARGET, target);
            regs.write(Courier.SIZE, size);
            regs.write(Courier.COPIES, count);
        });
    }

    /** Whether all copies have been made in time, and none met a hole in memory. */
    boolean await(Duration timeout) {
        return device.guard(() -> regs.awaitField(Courier.COPIES, Courier.LEFT, 0, timeout)
                && regs.read(Courier.STATUS, Courier.LOST) == 0);
    }

    /** Brings it back into operation after a copy that went wrong. */
    void recover() {
        device.guard(() -> regs.write(Courier.STATUS, 1));
    }

    /** Makes the device interrupt. */
    void ring() {
        device.guard(() -> regs.write(Courier.BELL, 1));
    }

    Interrupts interrupts() {
        return interrupts;
    }

    @Override
    public void close() {
        Closing closing = new Closing();
        closing.attempt(this::stop);
        closing.attempt(interrupts::close);
        closing.throwFirst();
    }

    /** Nobody can be stopped any more if the device is gone, and nobody need be if it was closed. */
    private void stop() {
        try {
            device.disableBusMaster();
        } catch (DeviceGoneException e) {
            // What it has reached is given back all the same.
        } catch (IllegalStateException e) {
            if (device.state() != DeviceState.CLOSED) {
                throw e;
            }
        }
    }
}
