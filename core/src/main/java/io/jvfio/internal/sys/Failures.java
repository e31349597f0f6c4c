// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

/**
 * Giving back what was taken before a failure.
 *
 * <p>Threads: pure functions.
 */
public final class Failures {
    private Failures() {}

    /**
     * Closes what a failed operation had opened, last first, and adds what fails in that to the failure.
     *
     * @param failure the reason for closing
     * @param opened in the order of opening
     * @return the failure, to be thrown
     */
    public static <X extends Throwable> X closing(X failure, AutoCloseable... opened) {
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
        if (!later.equals(failure)) {
            failure.addSuppressed(later);
        }
    }
}
