// SPDX-License-Identifier: Apache-2.0
package io.jvfio.interrupt;

import org.jspecify.annotations.Nullable;

/**
 * Does every step of an end even if some fail, and keeps the failures: the first, with the later ones suppressed in it.
 *
 * <p>Threads: one thread.
 */
final class CloseAll {
    private @Nullable Throwable first;

    /** Does a step. */
    void attempt(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            if (first == null) {
                first = e;
            } else {
                first.addSuppressed(e);
            }
        }
    }

    /** Throws the first failure, if there was one and it is not of the kind that does not count. */
    void throwUnless(Class<? extends RuntimeException> expected) {
        if (!expected.isInstance(first)) {
            throwFirst();
        }
    }

    /** Throws the first failure, if there was one. */
    void throwFirst() {
        if (first instanceof RuntimeException failure) {
            throw failure;
        }
        if (first instanceof Error failure) {
            throw failure;
        }
    }
}
