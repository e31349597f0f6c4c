// SPDX-License-Identifier: Apache-2.0
package com.example.courier;

import io.jvfio.device.VfioDevice;
import io.jvfio.device.VfioPci;
import io.jvfio.pci.config.PciRegisters;
import io.jvfio.testkit.DmaEngine;
import java.util.concurrent.locks.LockSupport;

/** The device without its driver, as a contract about memory wants to use it. */
final class CourierEngine implements DmaEngine {
    private static final int BAR = 0;

    private final VfioDevice device;

    CourierEngine(VfioDevice device) {
        this.device = device;
        int config = VfioPci.VFIO_PCI_CONFIG_REGION_INDEX;
        int on = PciRegisters.COMMAND_MEMORY | PciRegisters.COMMAND_MASTER;
        device.modifyRegister(config, PciRegisters.COMMAND, 2, on, on);
    }

    @Override
    public int addressBits() {
        return 64;
    }

    @Override
    public int largestCopy() {
        return Courier.MOST_BYTES;
    }

    @Override
    public void copy(long from, long to, int length) {
        device.writeRegister(BAR, 0x00, 8, from);
        device.writeRegister(BAR, 0x08, 8, to);
        device.writeRegister(BAR, 0x10, 4, length);
        device.writeRegister(BAR, 0x14, 4, 1);
        while (device.readRegister(BAR, 0x14, 4) != 0) {
            LockSupport.parkNanos(1_000_000);
        }
    }
}
