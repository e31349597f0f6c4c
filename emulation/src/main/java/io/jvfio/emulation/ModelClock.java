// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import java.util.Objects;

/**
 * The time of a model: the system's, or one that a test moves ({@link ManualClock}).
 *
 * <p>Threads: thread-safe.
 */
public interface ModelClock {

    /** Nanoseconds since any fixed moment; never goes back. */
    long nanos();

    /** Whether time goes on by itself. If not, {@link #onMove} tells when it has. */
    default boolean runs() {
        return true;
    }

    /**
     * Calls back whenever time was moved by hand. A clock that runs by itself never does.
     *
     * @param listener must not block
     */
    default void onMove(Runnable listener) {
        Objects.requireNonNull(listener, "listener");
    }

    /** The system's monotonic clock. */
    static ModelClock system() {
        return System::nanoTime;
    }
}
