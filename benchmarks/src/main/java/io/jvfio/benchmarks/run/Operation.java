// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.run;

import org.jspecify.annotations.Nullable;

/**
 * Something whose speed is measured, here and, where it can be, in C.
 *
 * <p>Threads: immutable.
 *
 * @param area the folder of its question
 * @param name what is done
 * @param parameters with which numbers, {@code batch=32}; may be empty
 * @param java its side here
 * @param c its side in C, or null
 */
record Operation(
        String area,
        String name,
        String parameters,
        Side java,
        @Nullable Side c) {

    /** One side: a process of its own that measures. */
    @FunctionalInterface
    interface Side {
        /** Measures once. Blocks for seconds. */
        Figure measure() throws Exception;
    }

    /**
     * What was measured.
     *
     * @param nanos for one operation
     * @param bytes what one operation allocates on the heap; negative if that was not measured
     */
    record Figure(double nanos, double bytes) {
        static final double UNKNOWN = -1;
    }

    /** Whether a word of the user's means this one. */
    boolean matches(String word) {
        return matches(area, name, word);
    }

    /** Whether a word of the user's means what is called so. */
    static boolean matches(String area, String name, String word) {
        return area.equals(word) || name.contains(word);
    }
}
