// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx;

import io.jvfio.mmio.Mmio;
import io.jvfio.vendor.mlx.spec.FirmwareTimeout;
import io.jvfio.vendor.mlx.spec.InitSegment;

/**
 * Gives a function that failed its power-on state. A firmware that asks for it is started again by a software reset
 * where the device has one, since it may be past hearing of a function reset. The function is reset in any case: that
 * ends what it has going on the bus, and all who stand on the device hear of it.
 *
 * <p>Threads: one at a time.
 */
final class Recovery {
    private static final System.Logger LOG = System.getLogger("io.jvfio");

    private final MlxAccess access;
    private final Timeouts timeouts;

    Recovery(MlxAccess access, Timeouts timeouts) {
        this.access = access;
        this.timeouts = timeouts;
    }

    /** Resets. The function does no DMA when this returns. */
    void run() {
        Mmio registers = access.registers();
        boolean asked = MlxHealth.read(registers).sensor() == MlxHealth.Sensor.FIRMWARE;
        if (asked && InitSegment.RESET_SUPPORTED.isSet(registers.read(InitSegment.INITIALIZING))) {
            restartFirmware(registers);
        }
        access.reset().run();
    }

    private void restartFirmware(Mmio registers) {
        setMode(registers, InitSegment.NIC_RESET);
        boolean done = registers.awaitField(
                InitSegment.QUEUE_LOW,
                InitSegment.NIC_INTERFACE,
                InitSegment.NIC_DISABLED,
                timeouts.of(FirmwareTimeout.PCIE_TOGGLE));
        if (!done) {
            LOG.log(System.Logger.Level.WARNING, access.name() + ": the firmware did not start again when asked to");
        }
    }

    /** Asks for a mode of the NIC interface; the queue's address stays. */
    static void setMode(Mmio registers, int mode) {
        int address = registers.read(InitSegment.QUEUE_LOW) & InitSegment.QUEUE_ADDRESS_MASK;
        registers.write(InitSegment.QUEUE_LOW, InitSegment.NIC_INTERFACE.set(address, mode));
    }
}
