// SPDX-License-Identifier: Apache-2.0
package io.jvfio.mmio;

import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Polls a register until a field has a value: first without pause, then with pauses that grow. Threads: stateless. */
final class Polling {

    /** About 292 years, the longest time that a long counts in nanoseconds. */
    private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE);

    /** How many reads follow each other without a pause; uncached reads take about a microsecond each. */
    private static final int SPINS = 64;

    private static final long FIRST_PAUSE_NANOS = 2_000;
    private static final long LONGEST_PAUSE_NANOS = 1_000_000;

    private Polling() {}

    /**
     * Polls until the masked register equals the wanted bits.
     *
     * @param width 1, 2, 4 or 8 bytes
     * @return whether it did before the time was over
     */
    static boolean await(Mmio mmio, long offset, int width, long mask, long wanted, Duration timeout) {
        long start = System.nanoTime();
        long limit = nanos(timeout);
        long pause = FIRST_PAUSE_NANOS;
        boolean interrupted = false;
        try {
            for (int reads = 0; ; reads++) {
                long value = switch (width) {
                    case Integer.BYTES -> mmio.read32(offset);
                    case Long.BYTES -> mmio.read64(offset);
                    case Short.BYTES -> mmio.read16(offset);
                    default -> mmio.read8(offset);
                };
                if ((value & mask) == wanted) {
                    VarHandle.acquireFence();
                    return true;
                }
                long left = limit - (System.nanoTime() - start);
                if (left <= 0) {
                    return false;
                }
                if (reads < SPINS) {
                    Thread.onSpinWait();
                } else {
                    interrupted |= Thread.interrupted();
                    LockSupport.parkNanos(Math.min(pause, left));
                    pause = Math.min(pause * 2, LONGEST_PAUSE_NANOS);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static long nanos(Duration timeout) {
        boolean tooLong = timeout.compareTo(LONGEST) > 0;
        return tooLong ? Long.MAX_VALUE : timeout.isNegative() ? 0 : timeout.toNanos();
    }
}
