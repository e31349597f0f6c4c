// SPDX-License-Identifier: Apache-2.0
package io.jvfio;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Giving back what was taken: every step is done even if some fail, and no failure is lost. What is thrown is the first,
 * with the later ones suppressed in it.
 *
 * <p>{@link #after} is for what had been opened when an operation failed, an object of this class for an end of several
 * steps:
 *
 * <pre>{@code
 * Closing closing = new Closing();
 * closing.attempt(queue::close);
 * closing.attempt(buffer::close);
 * closing.throwFirst();
 * }</pre>
 *
 * <p>Threads: one thread.
 */
public final class Closing {
    private @Nullable Throwable first;

    /** No step has failed yet. */
    public Closing() {}

    /**
     * Closes what a failed operation had opened, last first, and adds what fails in that to the failure.
     *
     * @param failure the reason for closing
     * @param opened in the order of opening
     * @return the failure, to be thrown
     */
    public static <X extends Throwable> X after(X failure, AutoCloseable... opened) {
        Objects.requireNonNull(failure, "failure");
        for (int i = opened.length - 1; i >= 0; i--) {
            try {
                opened[i].close();
            } catch (Exception | Error e) {
                suppress(failure, e);
            }
        }
        return failure;
    }

    /**
     * Adds a later failure to the first, unless it is the same object, which cannot be suppressed in itself.
     *
     * @param failure the first failure
     * @param later what failed while giving back
     */
    public static void suppress(Throwable failure, Throwable later) {
        Objects.requireNonNull(failure, "failure");
        if (!later.equals(failure)) {
            failure.addSuppressed(later);
        }
    }

    /** Does a step. */
    public void attempt(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            if (first == null) {
                first = e;
            } else {
                suppress(first, e);
            }
        }
    }

    /** Does a step whose failures of one kind do not count. */
    public void attemptUnless(Class<? extends RuntimeException> expected, Runnable step) {
        attempt(() -> {
            try {
                step.run();
            } catch (RuntimeException e) {
                if (!expected.isInstance(e)) {
                    throw e;
                }
            }
        });
    }

    /** Throws the first failure, if there was one. */
    public void throwFirst() {
        throwUnless(null);
    }

    /**
     * Throws the first failure, if there was one and it is not of the kind that does not count.
     *
     * @param expected the kind, or null if all count
     */
    public void throwUnless(@Nullable Class<? extends RuntimeException> expected) {
        if (expected != null && expected.isInstance(first)) {
            return;
        }
        if (first instanceof RuntimeException failure) {
            throw failure;
        }
        if (first instanceof Error failure) {
            throw failure;
        }
    }
}
