// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme;

import io.jvfio.Hex;
import io.jvfio.driver.nvme.spec.CompletionEntry;
import io.jvfio.driver.nvme.spec.ControllerRegisters;
import io.jvfio.driver.nvme.spec.SubmissionEntry;
import io.jvfio.mmio.Field;
import io.jvfio.mmio.Mmio;
import io.jvfio.pci.PciDevice;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * The controller's registers but for the doorbells: starting, stopping and shutting it down (3.1.5, 7.6 of the
 * specification).
 *
 * <p>Threads: one at a time.
 */
final class ControllerRegs {
    private static final long PAUSE_NANOS = 100_000;
    private static final int ALL_ONES = -1;

    private final PciDevice device;
    private final Mmio mmio;

    ControllerRegs(PciDevice device) {
        this.device = device;
        if (device.bar(0).size() < ControllerRegisters.DOORBELLS + 2 * Integer.BYTES) {
            throw new ControllerFailedException(
                    device.name(), "BAR 0 of " + Hex.of(device.bar(0).size()) + " bytes has no doorbells");
        }
        this.mmio = device.bar(0).mmio();
    }

    Mmio mmio() {
        return mmio;
    }

    ControllerCaps capabilities() {
        long cap = device.guard(() -> mmio.read64LowFirst(ControllerRegisters.CAP.offset()));
        if (cap == ALL_ONES) {
            throw new ControllerFailedException(device.name(), "CAP reads as all ones: the device does not answer");
        }
        int crto =
                ControllerRegisters.CAP_CRWMS.isSet(cap) ? device.guard(() -> mmio.read(ControllerRegisters.CRTO)) : 0;
        return ControllerCaps.of(cap, crto, device.name());
    }

    int version() {
        return device.guard(() -> mmio.read(ControllerRegisters.VS));
    }

    /** CSTS, from a device that answers. */
    int status() {
        return device.guard(() -> mmio.read(ControllerRegisters.CSTS));
    }

    boolean failed() {
        int status = status();
        return status == ALL_ONES || ControllerRegisters.CSTS_CFS.isSet(status);
    }

    /** Stops the controller, in whatever state it is; its queues are gone then. A reset of the controller. */
    void disable(Duration limit) {
        device.guard(() -> {
            mmio.write(ControllerRegisters.CC, 0);
            await(ControllerRegisters.CSTS_RDY, 0, false, limit, "stop");
        });
    }

    /**
     * Starts a stopped controller.
     *
     * @param submission the address of the admin submission queue
     * @param completion the address of the admin completion queue
     * @param entries of each of them
     * @param limit how long it may take
     */
    void enable(ControllerCaps capabilities, long submission, long completion, int entries, Duration limit) {
        int sizes = ControllerRegisters.AQA_ASQS.set(ControllerRegisters.AQA_ACQS.set(0, entries - 1), entries - 1);
        int pageShift = Integer.numberOfTrailingZeros(capabilities.pageSize() >> 12);
        int control = ControllerRegisters.CC_MPS.set(0, pageShift);
        control = ControllerRegisters.CC_IOSQES.set(control, SubmissionEntry.SIZE_SHIFT);
        control = ControllerRegisters.CC_IOCQES.set(control, CompletionEntry.SIZE_SHIFT);
        int enabled = ControllerRegisters.CC_EN.set(control, 1);
        device.guard(() -> {
            if (capabilities.controllerMemory()) {
                // Else addresses of this host's memory could be taken for those that somebody else gave to the buffer.
                mmio.write64LowFirst(ControllerRegisters.CMBMSC.offset(), 0);
            }
            mmio.write(ControllerRegisters.AQA, sizes);
            mmio.write64LowFirst(ControllerRegisters.ASQ.offset(), submission);
            mmio.write64LowFirst(ControllerRegisters.ACQ.offset(), completion);
            mmio.write(ControllerRegisters.CC, enabled);
            await(ControllerRegisters.CSTS_RDY, 1, true, limit, "start");
        });
    }

    /** Has the controller put its caches to the media and its state in order; it takes no commands afterwards. */
    void shutDown(int kind, Duration limit) {
        device.guard(() -> {
            mmio.modify(ControllerRegisters.CC, ControllerRegisters.CC_SHN, kind);
            await(ControllerRegisters.CSTS_SHST, ControllerRegisters.SHST_COMPLETE, true, limit, "shut down");
        });
    }

    private void await(Field field, int value, boolean failing, Duration limit, String what) {
        long start = System.nanoTime();
        while (true) {
            int status = mmio.read(ControllerRegisters.CSTS);
            if (status != ALL_ONES) {
                // A fatal error of before does not keep it from being stopped.
                if (failing && ControllerRegisters.CSTS_CFS.isSet(status)) {
                    throw new ControllerFailedException(
                            device.name(), "it reports a fatal error (CSTS.CFS) when it should " + what);
                }
                if (field.of(status) == value) {
                    return;
                }
            }
            if (System.nanoTime() - start > limit.toNanos()) {
                throw new ControllerFailedException(
                        device.name(),
                        "it did not " + what + " within " + limit.toMillis() + " ms (CSTS is " + Hex.of(status) + ")");
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }
}
