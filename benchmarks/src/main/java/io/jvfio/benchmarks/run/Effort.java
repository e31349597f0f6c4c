// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.run;

import org.openjdk.jmh.runner.options.TimeValue;

/**
 * How much time is spent.
 *
 * <p>Threads: immutable.
 *
 * @param quick whether operations that differ by a number only are left out
 * @param rounds how often both sides are measured, by turns
 * @param warmUps iterations before those that count
 * @param iterations those that count, in a round
 * @param time of an iteration
 */
record Effort(boolean quick, int rounds, int warmUps, int iterations, TimeValue time) {
    static Effort of(boolean quick, int rounds) {
        return quick
                ? new Effort(true, rounds == 0 ? 3 : rounds, 3, 3, TimeValue.milliseconds(100))
                : new Effort(false, rounds == 0 ? 5 : rounds, 4, 5, TimeValue.milliseconds(250));
    }
}
