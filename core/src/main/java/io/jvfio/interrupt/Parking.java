// SPDX-License-Identifier: Apache-2.0
package io.jvfio.interrupt;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Bounded waits that interruption does not end, for closing things.
 *
 * <p>Threads: pure functions.
 */
final class Parking {

    /** A park is this long at most, in case that nobody unparks. */
    private static final long SLICE_NANOS = 1_000_000;

    private Parking() {}

    /**
     * Parks until a condition holds or the time is over. An interrupt stays pending.
     *
     * @param condition what to wait for; whoever makes it true may unpark this thread
     * @param nanos the limit in nanoseconds
     * @return whether the condition holds
     */
    static boolean until(BooleanSupplier condition, long nanos) {
        long start = System.nanoTime();
        boolean interrupted = false;
        try {
            while (!condition.getAsBoolean()) {
                long remaining = nanos - (System.nanoTime() - start);
                if (remaining <= 0) {
                    return false;
                }
                LockSupport.parkNanos(Math.min(remaining, SLICE_NANOS));
                interrupted |= Thread.interrupted();
            }
            return true;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
