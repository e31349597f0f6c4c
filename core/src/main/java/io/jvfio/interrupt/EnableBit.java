// SPDX-License-Identifier: Apache-2.0
package io.jvfio.interrupt;

/**
 * Writes the enable bit of an interrupt type in config space. The kernel ignores it, but a device server decides by it
 * whether the client has interrupts on.
 *
 * <p>Threads: called by whichever thread enables or closes, one at a time for a device.
 */
@FunctionalInterface
public interface EnableBit {

    /**
     * Called after the vectors have got their eventfds, and before the index is turned off.
     *
     * @param type whose bit
     * @param enabled on or off
     */
    void set(InterruptType type, boolean enabled);
}
