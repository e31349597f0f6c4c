// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import org.jspecify.annotations.Nullable;

/**
 * Does every step of an end even if some fail, and keeps the failures: the first, with the later ones suppressed in it.
 *
 * <p>Threads: one thread.
 */
public final class CloseAll {
    private @Nullable Throwable first;

    /** Does a step. */
    public void attempt(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            if (first == null) {
                first = e;
            } else if (!first.equals(e)) {
                first.addSuppressed(e);
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

    /** Throws the first failure, if there was one and it is not of the kind that does not count. */
    public void throwUnless(Class<? extends RuntimeException> expected) {
        if (!expected.isInstance(first)) {
            throwFirst();
        }
    }

    /** Throws the first failure, if there was one. */
    public void throwFirst() {
        if (first instanceof RuntimeException failure) {
            throw failure;
        }
        if (first instanceof Error failure) {
            throw failure;
        }
    }
}
