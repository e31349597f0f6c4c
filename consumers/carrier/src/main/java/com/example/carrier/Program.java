// SPDX-License-Identifier: Apache-2.0
package com.example.carrier;

import io.jvfio.Vfio;
import io.jvfio.mmio.Mmio;
import io.jvfio.pci.PciDevice;

/** Opens a device of the carrier as a driver does. */
public final class Program {
    private Program() {}

    /**
     * Writes a register and reads it.
     *
     * @param args none
     */
    public static void main(String[] args) {
        try (PciDevice device = Vfio.open("memory:4096")) {
            Mmio regs = device.bar(0).mmio();
            regs.write32(0x10, 42);
            IO.println("the register holds " + regs.read32(0x10));
        }
    }
}
