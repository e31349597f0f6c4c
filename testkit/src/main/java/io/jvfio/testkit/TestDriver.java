// SPDX-License-Identifier: Apache-2.0
package io.jvfio.testkit;

import io.jvfio.interrupt.Interrupts;
import java.lang.foreign.MemorySegment;
import java.time.Duration;

/**
 * What {@link DriverContract} asks of a driver whose device moves memory and interrupts on command: the operations of the
 * kernel's {@code vfio_pci_driver_ops}. The driver borrows its device.
 *
 * <p>Threads: one at a time.
 */
public interface TestDriver extends AutoCloseable {

    /** How many bytes it copies at least in one go. */
    int smallestCopy();

    /** How many bytes it copies at most in one go. */
    int largestCopy();

    /** How many copies can be under way at once. */
    int largestBatch();

    /**
     * Makes bytes fit to be copied, for a device that only moves data of a certain shape, such as frames.
     *
     * @param bytes what will be one copy's source, filled with arbitrary bytes; may be changed in part
     */
    default void shape(MemorySegment bytes) {}

    /**
     * Starts the same copy so many times, without interrupts.
     *
     * @param source the device's address to read from
     * @param target the device's address to write to
     * @param size bytes, within the limits
     * @param count how many copies, at most {@link #largestBatch}
     */
    void startCopies(long source, long target, int size, int count);

    /** Waits for all copies that have been started; false if not all have ended in time. Says nothing of the data. */
    boolean awaitCopies(Duration timeout);

    /** Makes the device send {@link #messageVector}. */
    void sendMessage();

    /** The vector that {@link #sendMessage} is about. */
    int messageVector();

    /** The interrupts that are enabled. */
    Interrupts interrupts();

    /** Brings the device back into operation after copies that went wrong. */
    void recover();

    /** Stops the device and ends interrupts and DMA memory of the driver's own. The device stays open. Idempotent. */
    @Override
    void close();
}
