// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

/**
 * How a model behaves: what is behind the regions that its provider has set up.
 *
 * <p>Register accesses go to the {@link io.jvfio.variant.RegionOps} of a BAR, on the client's thread. They change state and
 * record work, no more; {@link ModelWorker#wake} has the work done by {@link #run}, which may move memory and interrupt.
 *
 * <p>Threads: {@link #run} and {@link #reset} are called one at a time. Register accesses come from any number of threads,
 * also while {@link #run} runs: the model guards the state that both use.
 */
public interface DeviceModel {

    /**
     * Does the work that has been recorded, on the worker's thread or in a test's {@link EmulatedDevice#step}. Called after
     * each {@link ModelWorker#wake} at least once, and when the time of {@link ModelWorker#wakeAt} has come; calls between
     * two runs are one. A model with much to do does a part of it and wakes the worker again, so that a reset does not wait
     * long.
     *
     * @return whether there was anything to do; a worker that polls rests after a while if there is not
     */
    boolean run();

    /**
     * Returns the device's registers to their values at power-on and forgets all recorded work. Bus mastering is off, and
     * the config space, the interrupts and the MSI-X table have been reset already.
     */
    void reset();

    /** Gives back what the model holds. Called once, after the last {@link #run}. */
    default void close() {}
}
