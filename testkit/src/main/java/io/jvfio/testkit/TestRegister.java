// SPDX-License-Identifier: Apache-2.0
package io.jvfio.testkit;

import io.jvfio.device.VfioPci;
import io.jvfio.pci.config.PciRegisters;

/**
 * A register that a contract may use.
 *
 * <p>Threads: immutable.
 *
 * @param region the index of its region
 * @param offset bytes from the region's start
 * @param width its size in bytes
 */
public record TestRegister(int region, long offset, int width) {

    /** The Interrupt Line register: every PCI function has it, and nothing but software uses it (PCIe 6.0, 7.5.1.1.12). */
    public static final TestRegister PCI_INTERRUPT_LINE =
            new TestRegister(VfioPci.VFIO_PCI_CONFIG_REGION_INDEX, PciRegisters.INTERRUPT_LINE, 1);

    /** Vendor and device id: the same in every read. */
    public static final TestRegister PCI_IDS = new TestRegister(VfioPci.VFIO_PCI_CONFIG_REGION_INDEX, 0, 4);
}
