// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme.queue;

import java.time.Duration;

/**
 * What a queue needs of its controller.
 *
 * <p>Threads: implementations are thread-safe.
 */
public interface QueueHost {

    /** Changes when the controller was reset, failed, goes away or is closed: then the queue asks {@link #join}. */
    int epoch();

    /**
     * Makes the queue known to the controller after a reset, where there is one to be known to.
     *
     * @return the epoch in which it is known
     * @throws RuntimeException that says why the controller cannot be used any more
     */
    int join(QueueShape queue);

    /** Asks the controller to abort a command of the queue; whether it says that it has. Failure to answer means no. */
    boolean abort(int queue, int cid);

    /**
     * Takes all commands of a queue away from the controller, by deleting the queue and making it anew, or by a reset of
     * the controller.
     *
     * @param reason why, for the log and for errors
     * @return the epoch in which the queue is known to the controller
     * @throws RuntimeException that says why the controller cannot be used any more
     */
    int recover(QueueShape queue, String reason);

    /** What a failure in code that uses the controller's memory or registers means. */
    RuntimeException explain(RuntimeException failure);

    /** Waits for an interrupt of a vector, or until the time is over. */
    void awaitInterrupt(int vector, Duration limit) throws InterruptedException;

    /** Ends the queue, which was last known in this epoch. */
    void closed(QueueShape queue, int epoch);

    /** What the controller is called in errors. */
    String name();

    /** What a queue is called in errors: {@code queue 1 of 0000:01:00.0}. */
    default String name(int queue) {
        return "queue " + queue + " of " + name();
    }

    /** The time, as {@link System#nanoTime}. */
    long nanoTime();
}
