// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx;

import io.jvfio.mmio.Mmio;
import io.jvfio.vendor.mlx.spec.FirmwareTimeout;
import org.jspecify.annotations.Nullable;

/**
 * Looks at a function's health again and again: that its counter goes on is seen only so. A counter that has not changed
 * at three looks, each an interval after the one before, belongs to a firmware that has stopped.
 *
 * <p>Threads: thread-safe.
 */
final class HealthWatch {
    private static final int MISSES = 3;

    private final Mmio registers;
    private final Timeouts timeouts;
    private @Nullable MlxHealth last;
    private long since;
    private int misses;

    HealthWatch(Mmio registers, Timeouts timeouts) {
        this.registers = registers;
        this.timeouts = timeouts;
    }

    /** How the function is now. */
    synchronized MlxHealth look() {
        MlxHealth now = MlxHealth.read(registers);
        MlxHealth before = last;
        long time = System.nanoTime();
        if (before == null || before.counter() != now.counter()) {
            last = now;
            since = time;
            misses = 0;
        } else if (time - since >= timeouts.of(FirmwareTimeout.HEALTH_POLL).toNanos()) {
            since = time;
            misses++;
        }
        return misses < MISSES || now.isFatal() ? now : now.with(MlxHealth.Sensor.COUNTER);
    }
}
