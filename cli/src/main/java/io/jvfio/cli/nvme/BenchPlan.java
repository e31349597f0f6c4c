// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.nvme;

import io.jvfio.cli.command.Converters;
import io.jvfio.cli.out.Sizes;
import io.jvfio.driver.nvme.CompletionMode;
import io.jvfio.driver.nvme.Namespace;
import java.time.Duration;

/**
 * What is measured.
 *
 * <p>Threads: immutable.
 *
 * @param namespace where
 * @param blocksPerCommand how many blocks each command moves
 * @param writing whether blocks are written
 * @param random whether in no order
 * @param mode how completions are waited for
 * @param threads how many threads, each with a queue of its own
 * @param duration how long each step takes
 */
record BenchPlan(
        Namespace namespace,
        int blocksPerCommand,
        boolean writing,
        boolean random,
        CompletionMode mode,
        int threads,
        Duration duration) {

    /** The same for another time. */
    BenchPlan during(Duration other) {
        return new BenchPlan(namespace, blocksPerCommand, writing, random, mode, threads, other);
    }

    /** What one command moves, in bytes. */
    int commandSize() {
        return blocksPerCommand * namespace.info().blockSize();
    }

    /** {@code random reads of 4 KiB, adaptive completion, 1 thread}. */
    String text() {
        return (random ? "random " : "sequential ") + (writing ? "writes" : "reads") + " of "
                + Sizes.text(commandSize()) + ", " + Converters.spelling(mode) + " completion, " + threads
                + (threads == 1 ? " thread" : " threads");
    }
}
