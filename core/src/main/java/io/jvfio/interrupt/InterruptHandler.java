// SPDX-License-Identifier: Apache-2.0
package io.jvfio.interrupt;

/**
 * What is called for the interrupts of a device.
 *
 * <p>It runs on the one thread of the context's {@link InterruptDispatcher}, so as long as it runs, no other callback
 * does. It may add and remove vectors, close its interrupts and close its device. What it throws is logged and told to the
 * listeners of {@code PciDevice.onFailure}, and it is called again for the next interrupt.
 *
 * <p>Threads: called by one thread at a time. It can be called before {@code enable} has returned.
 */
@FunctionalInterface
public interface InterruptHandler {

    /**
     * Called after one or more interrupts of a vector; each interrupt is counted in exactly one call.
     *
     * @param vector the vector, from 0
     * @param count how many interrupts there were since the last call, 1 or more
     */
    void interrupted(int vector, long count);
}
