// SPDX-License-Identifier: Apache-2.0
package io.jvfio.interrupt;

import java.time.Duration;
import java.util.function.Supplier;

/**
 * What a PCI device tells outside its interrupts: that it has an error (ERR), and that it has to be let go (REQ). It is
 * an ability of the lowest device of a stack, which has the one eventfd of each index from its open to its close, and
 * storeys pass it on. A device without such notices, or whose carrier refuses them, never tells anything.
 *
 * <p>Each notice is told in turn: to the storeys from the lowest up, to the driver, and to whoever has assigned an
 * eventfd to the index. What one throws is logged, told to the driver ({@link Listener#failed}) and keeps none of the
 * others from being told.
 *
 * <p>Threads: thread-safe. One thread for each device tells all of this; it starts with the first notice. However many
 * notices of a kind arrive while it is busy, they are one when it is free again: none makes another thread or takes
 * memory. Only a device with a driver that has to be let go has a second thread, which keeps the deadline and closes
 * the device, so that nobody who does not return, from whichever notice, can hold that up.
 */
public sealed interface Notices permits NoticeOwner {

    /** Who wants to be told. The methods may block; that of a notice holds up only the device's other notices. */
    interface Listener {
        /** The device has an uncorrectable error. */
        void errorReported();

        /**
         * The device has to be let go. Called once, though the kernel repeats its request until the device is closed.
         */
        void removalRequested();

        /**
         * Something failed that the device did on its own, so that nobody's call can throw it: told to the driver alone,
         * by the thread in which it happened.
         *
         * @param failure what was thrown
         * @param gone whether the device is gone because of it
         */
        default void failed(Throwable failure, boolean gone) {}
    }

    /**
     * Tells a storey from now on, until the device is closed. The storeys below it must have been added before it.
     *
     * @param storey what to tell
     */
    void tell(Listener storey);

    /**
     * Tells the driver from now on, who is told after the storeys, and closes it when the device has to be let go: when
     * all have been told, or at the deadline. There is one driver; another takes its place.
     *
     * @param driver what to tell
     * @param deadline asked when the request arrives; not negative
     * @param close closes the device; runs once, on a thread of its own
     */
    void drive(Listener driver, Supplier<Duration> deadline, Runnable close);

    /**
     * Tells the driver of a failure: for carriers and storeys whose own threads have caught something. It is not logged;
     * nothing is thrown.
     *
     * @param failure what was thrown
     * @param gone whether the device is gone because of it
     */
    void failed(Throwable failure, boolean gone);
}
