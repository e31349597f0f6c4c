// SPDX-License-Identifier: Apache-2.0
package io.jvfio.interrupt;

/**
 * The ways in which a PCI function interrupts; a function uses one at a time.
 *
 * <p>Threads: immutable.
 */
public enum InterruptType {
    /** The interrupt pin: one vector, which masks itself at each interrupt. */
    INTX(0, "INTx"),
    /** Message-signalled interrupts, up to 32 vectors. */
    MSI(1, "MSI"),
    /** Message-signalled interrupts with a table, up to 2048 vectors. */
    MSIX(2, "MSI-X");

    private final int index;
    private final String spelling;

    InterruptType(int index, String spelling) {
        this.index = index;
        this.spelling = spelling;
    }

    /** The interrupt index, {@code VFIO_PCI_*_IRQ_INDEX} of {@code include/uapi/linux/vfio.h}. */
    public int index() {
        return index;
    }

    /** The PCI specification's spelling, {@code MSI-X} for example. */
    @Override
    public String toString() {
        return spelling;
    }
}
