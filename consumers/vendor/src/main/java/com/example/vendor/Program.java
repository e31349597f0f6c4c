// SPDX-License-Identifier: Apache-2.0
package com.example.vendor;

import io.jvfio.Vfio;
import io.jvfio.mmio.Mmio;
import io.jvfio.pci.PciDevice;

/** Uses what Acme adds as a driver does. */
public final class Program {
    private Program() {}

    /**
     * Opens a device, which gets its variant by its numbers.
     *
     * @param args none
     */
    public static void main(String[] args) {
        try (PciDevice device = Vfio.open("model:edu")) {
            Mmio facts = device.region(Acme.FACTS).orElseThrow().mmio();
            Mmio scratch = device.region(Acme.SCRATCH).orElseThrow().mmio();
            scratch.write32(0, 42);
            long before = scratch.read64(0);
            device.reset();
            Acme acme = device.as(Acme.class).orElseThrow();
            if (facts.read32(4) != acme.resets() || device.config().read8(0xe3) != facts.read32(0)) {
                throw new IllegalStateException("the facts are none");
            }
            IO.println("acme.edu 0x" + facts.read32(0) + " holds " + before + ", after " + acme.resets() + " reset "
                    + scratch.read64(0));
        }
    }
}
