// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.run;

import io.jvfio.benchmarks.run.Operation.Figure;
import io.jvfio.benchmarks.run.Operation.Side;
import java.util.ArrayList;
import java.util.List;

/**
 * Rounds that give several figures at once, for operations that are measured one after the other: the first that comes to a
 * round runs it, and the others find what it gave.
 *
 * <p>Threads: for one at a time.
 */
final class SharedRounds {
    /** Gives all figures of a round, in nanoseconds. */
    @FunctionalInterface
    interface Round {
        /** Runs one. Blocks for seconds. */
        List<Double> run() throws Exception;
    }

    private final Round round;
    private final List<List<Double>> done = new ArrayList<>();

    SharedRounds(Round round) {
        this.round = round;
    }

    /** The side of the operation that has the figure at this index. */
    Side side(int index) {
        int[] next = {0};
        return () -> {
            if (next[0] == done.size()) {
                done.add(round.run());
            }
            return new Figure(done.get(next[0]++).get(index), Figure.UNKNOWN);
        };
    }
}
