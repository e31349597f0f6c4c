// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

/**
 * The time-out of a wait that may be interrupted and resumed. Numbers instead of an object, so that a wait allocates
 * nothing.
 *
 * <p>Threads: pure functions.
 */
final class Deadline {
    /** The value of a deadline that never comes; {@code System.nanoTime() + NEVER} cannot be told from one that does. */
    static final long NEVER = Long.MIN_VALUE;

    private static final long NANOS_PER_MILLI = 1_000_000;

    private Deadline() {}

    /**
     * When a wait of so long ends.
     *
     * @param timeoutNanos 0 does not wait, a negative number waits without end
     * @param now {@link System#nanoTime}
     */
    static long after(long timeoutNanos, long now) {
        if (timeoutNanos < 0) {
            return NEVER;
        }
        // nanoTime compares by difference, so that a deadline may be at most half of the range away: 146 years here.
        long end = now + Math.min(timeoutNanos, Long.MAX_VALUE / 2);
        return end == NEVER ? end + 1 : end;
    }

    /** Whether it has come. */
    static boolean passed(long deadline, long now) {
        return deadline != NEVER && deadline - now <= 0;
    }

    /**
     * What is left, as {@code poll} wants it: milliseconds rounded up, so that a wait never ends early and never spins
     * through its last millisecond; -1 without end. A time-out that does not fit is cut; the caller waits again.
     */
    static int millis(long deadline, long now) {
        if (deadline == NEVER) {
            return -1;
        }
        long left = Math.max(0, deadline - now);
        long millis = left / NANOS_PER_MILLI + (left % NANOS_PER_MILLI == 0 ? 0 : 1);
        return (int) Math.min(millis, Integer.MAX_VALUE);
    }
}
