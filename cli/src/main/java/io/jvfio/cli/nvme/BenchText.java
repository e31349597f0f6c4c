// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.nvme;

import io.jvfio.Durations;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.HistogramIterationValue;

/** A measurement for people, row by row as it comes. Threads: one at a time. */
final class BenchText {
    private static final String ROW = "%4s  %12s  %9s  %8s  %8s  %8s  %8s  %8s";
    private static final int BAR = 40;

    /** Buckets of the histogram: from so many nanoseconds on, each twice as wide as the one before. */
    private static final long FIRST_BUCKET = 1024;

    private final PrintWriter out;

    BenchText(PrintWriter out) {
        this.out = out;
    }

    void headings() {
        out.println(String.format(ROW, "QD", "IOPS", "MiB/s", "MEAN", "P50", "P99", "P99.9", "MAX"));
        out.flush();
    }

    void step(BenchStep step) {
        out.println(String.format(
                Locale.ROOT,
                ROW,
                step.depth(),
                String.format(Locale.ROOT, "%.0f", step.iops()),
                String.format(Locale.ROOT, "%.1f", step.throughput()),
                Durations.text(Duration.ofNanos((long) step.latencies().getMean())),
                Durations.text(step.latency(50)),
                Durations.text(step.latency(99)),
                Durations.text(step.latency(99.9)),
                Durations.text(Duration.ofNanos(step.latencies().getMaxValue()))));
        out.flush();
    }

    /**
     * Latencies of about the same length.
     *
     * @param limit none is longer, in nanoseconds
     * @param count how many there were
     */
    record Bucket(long limit, long count) {}

    /** A bar for each bucket that has something. */
    void histogram(BenchStep step) {
        List<Bucket> buckets = buckets(step);
        long most = buckets.stream().mapToLong(Bucket::count).max().orElse(1);
        for (Bucket bucket : buckets) {
            out.println(String.format(
                    Locale.ROOT,
                    "      up to %8s  %9d  %s",
                    Durations.text(Duration.ofNanos(bucket.limit())),
                    bucket.count(),
                    "#".repeat((int) Math.ceilDiv(bucket.count() * BAR, most))));
        }
        out.flush();
    }

    /** The buckets that have something. */
    static List<Bucket> buckets(BenchStep step) {
        List<Bucket> buckets = new ArrayList<>();
        for (HistogramIterationValue each : step.latencies().logarithmicBucketValues(FIRST_BUCKET, 2)) {
            if (each.getCountAddedInThisIterationStep() > 0) {
                buckets.add(new Bucket(each.getValueIteratedTo(), each.getCountAddedInThisIterationStep()));
            }
        }
        return buckets;
    }
}
