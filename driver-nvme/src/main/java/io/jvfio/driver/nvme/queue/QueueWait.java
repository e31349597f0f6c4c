// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme.queue;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * How a queue waits for its next completion: it spins for some time, then sleeps until its interrupt, or, without a
 * vector of its own, pauses for a short time again and again.
 *
 * <p>Threads: one at a time.
 */
public final class QueueWait {
    /** How long an interrupt is waited for before the queue looks at its clock. */
    public static final Duration SLICE = Duration.ofMillis(100);

    /** In place of a time to spin: twice as long as completions took lately, if that is short. */
    public static final long ADAPTIVE = -1;

    private static final Duration SHORT_SLICE = Duration.ofMillis(1);

    /** Longer waits are not spun through: about the time that a wake-up by interrupt costs, several times. */
    private static final long LONGEST_SPIN_NANOS = 100_000;

    private static final long SHORTEST_SPIN_NANOS = 2_000;
    private static final long PAUSE_NANOS = 50_000;

    private final QueueHost host;
    private final int vector;
    private final long wanted;

    /** How long waits took lately, in nanoseconds. */
    private long usual = SHORTEST_SPIN_NANOS;

    private long start;
    private long limit;
    private long spin;
    private boolean slept;

    /**
     * The waits of a queue.
     *
     * @param vector its vector, or -1
     * @param spin how long it spins, in nanoseconds, or {@link #ADAPTIVE}
     */
    public QueueWait(QueueHost host, int vector, long spin) {
        this.host = host;
        this.vector = vector;
        this.wanted = spin;
    }

    public void begin(Duration timeout) {
        start = host.nanoTime();
        boolean tooLong = timeout.toSeconds() > Long.MAX_VALUE / 2_000_000_000L;
        limit = tooLong ? Long.MAX_VALUE / 2 : Math.max(0, timeout.toNanos());
        slept = false;
        spin = wanted;
        if (wanted == ADAPTIVE) {
            spin = usual > LONGEST_SPIN_NANOS ? SHORTEST_SPIN_NANOS : Math.max(2 * usual, SHORTEST_SPIN_NANOS);
        }
    }

    public boolean over() {
        return host.nanoTime() - start >= limit;
    }

    /** Lets some time pass, little or much. */
    @SuppressWarnings("ThreadPriorityCheck") // that a yield may do nothing is no harm
    public void pause() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("interrupted in a wait for a completion of " + host.name());
        }
        long waited = host.nanoTime() - start;
        if (waited < spin) {
            // Others may have the carrier of a virtual thread meanwhile.
            if (Thread.currentThread().isVirtual()) {
                Thread.yield();
            } else {
                Thread.onSpinWait();
            }
        } else if (vector >= 0) {
            slept = true;
            host.awaitInterrupt(vector, limit - waited >= SLICE.toNanos() ? SLICE : SHORT_SLICE);
        } else {
            slept = true;
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /** Whether the last wait took so long that it is time to look at deadlines. */
    public boolean slept() {
        return slept;
    }

    /** The wait has brought something. */
    public void completed() {
        long took = host.nanoTime() - start;
        usual += (took - usual) / 8;
    }
}
