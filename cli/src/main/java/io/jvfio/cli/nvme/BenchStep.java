// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.nvme;

import java.time.Duration;
import org.HdrHistogram.Histogram;

/**
 * What one queue depth came to.
 *
 * <p>Threads: immutable, as long as nobody records.
 *
 * @param depth commands under way in each queue
 * @param commands how many were completed
 * @param nanos how long that took
 * @param commandSize what each moved, in bytes
 * @param latencies from post to completion, in nanoseconds
 */
record BenchStep(int depth, long commands, long nanos, int commandSize, Histogram latencies) {

    /** Commands in a second. */
    double iops() {
        return commands / (nanos / 1e9);
    }

    /** MiB in a second. */
    double throughput() {
        return iops() * commandSize / (1 << 20);
    }

    /** The latency that so many per cent of the commands do not exceed. */
    Duration latency(double percentile) {
        return Duration.ofNanos(latencies.getValueAtPercentile(percentile));
    }
}
