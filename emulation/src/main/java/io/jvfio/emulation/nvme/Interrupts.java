// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation.nvme;

/** How the controller interrupts. Threads: one at a time. */
@FunctionalInterface
interface Interrupts {

    /** Interrupts by a vector, 0 or more. */
    void raise(int vector);
}
