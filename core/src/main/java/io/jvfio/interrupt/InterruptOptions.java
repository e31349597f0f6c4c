// SPDX-License-Identifier: Apache-2.0
package io.jvfio.interrupt;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How interrupts are consumed, decided when they are enabled.
 *
 * <p>Threads: immutable.
 *
 * @param handler what is called for each interrupt, or null if vectors are awaited and polled
 * @param resample INTx only: {@link Interrupts#unmask} signals an eventfd on which the kernel unmasks, instead of making
 *     a request of the device; without effect where INTx has no mask
 */
public record InterruptOptions(@Nullable InterruptHandler handler, boolean resample) {

    /** Vectors are awaited and polled; no resampling. */
    public static InterruptOptions defaults() {
        return new InterruptOptions(null, false);
    }

    /** The same with a callback instead of waiting and polling. */
    public InterruptOptions withHandler(InterruptHandler callback) {
        return new InterruptOptions(Objects.requireNonNull(callback, "callback"), resample);
    }

    /** The same with INTx unmasked by eventfd. */
    public InterruptOptions withResample() {
        return new InterruptOptions(handler, true);
    }
}
