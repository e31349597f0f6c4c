// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A clock that stands until it is moved.
 *
 * <p>Threads: thread-safe.
 */
public final class ManualClock implements ModelClock {
    private final AtomicLong now = new AtomicLong();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    /** Stands at 0. */
    public ManualClock() {}

    @Override
    public long nanos() {
        return now.get();
    }

    @Override
    public boolean runs() {
        return false;
    }

    @Override
    public void onMove(Runnable listener) {
        listeners.add(listener);
    }

    /**
     * Moves on. Work that becomes due is done by the models' workers, or by the next step of those that are stepped.
     *
     * @throws IllegalArgumentException if the duration is negative
     */
    public void advance(Duration duration) {
        if (duration.isNegative()) {
            throw new IllegalArgumentException(
                    "time does not go back by " + duration.abs().toMillis() + " ms");
        }
        now.addAndGet(duration.toNanos());
        listeners.forEach(Runnable::run);
    }

    /** {@code 1500 ms}. */
    @Override
    public String toString() {
        return Duration.ofNanos(now.get()).toMillis() + " ms";
    }
}
