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
                failure.addSuppressed(e);
            }
        }
        return failure;
    }
}
