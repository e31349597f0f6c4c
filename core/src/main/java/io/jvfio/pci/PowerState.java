// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci;

import io.jvfio.pci.config.PciRegisters;

/**
 * The power states of a PCI function that software can choose (PCI Power Management 1.2, 3.2). D3cold is the platform's.
 *
 * <p>Threads: immutable.
 */
public enum PowerState {
    /** Fully on. */
    D0(0),
    /** Light sleep; optional. */
    D1(1),
    /** Deeper sleep; optional. */
    D2(2),
    /** Off, but config space answers. */
    D3HOT(3);

    private final int bits;

    PowerState(int bits) {
        this.bits = bits;
    }

    /** The PowerState field of PMCSR. */
    int bits() {
        return bits;
    }

    /** The state in a value of PMCSR. */
    static PowerState of(int control) {
        return switch (control & PciRegisters.POWER_STATE_MASK) {
            case 0 -> D0;
            case 1 -> D1;
            case 2 -> D2;
            default -> D3HOT;
        };
    }
}
