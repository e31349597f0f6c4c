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
 * @param warmUp the time of an iteration that does not count, of which there are three: compiled code of slow operations
 *     takes its time
 * @param iterations those that count, in a round
 * @param time of an iteration that counts
 */
record Effort(boolean quick, int rounds, TimeValue warmUp, int iterations, TimeValue time) {
    static final int WARM_UPS = 3;

    static Effort of(boolean quick, int rounds) {
        return quick
                ? new Effort(
                        true, rounds == 0 ? 2 : rounds, TimeValue.milliseconds(270), 3, TimeValue.milliseconds(100))
                : new Effort(
                        false, rounds == 0 ? 5 : rounds, TimeValue.milliseconds(500), 5, TimeValue.milliseconds(200));
    }
}
