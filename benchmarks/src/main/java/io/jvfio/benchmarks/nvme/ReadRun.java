// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.nvme;

import io.jvfio.DeviceLocator;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * A process that reads from an NVMe controller with jvfio's driver, first until it gets no faster, then for a while that
 * counts. Its last line is {@code IOPS P99}: reads in a second, and the 99th percentile of their latency in microseconds.
 *
 * <p>Threads: it has one.
 */
public final class ReadRun {
    private static final int MOST_SAMPLES = 1 << 22;

    /** Reads from one look at the clock to the next. */
    private static final int PORTION = 16;

    /** The warm-up ends when two slices of it in a row are no faster than this, as a multiple of the fastest before. */
    private static final double FASTER = 1.05;

    private static final long SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /** The longest warm-up, as a multiple of the shortest. */
    private static final int LONGEST = 5;

    private ReadRun() {}

    /**
     * Runs.
     *
     * @param arguments the controller's locator, how many commands are under way, the step from one read to the next in
     *     bytes or 0 for random places, the shortest warm-up and the time that counts, in seconds; the longest warm-up
     *     is five times as long
     */
    public static void main(String... arguments) {
        int depth = Integer.parseInt(arguments[1]);
        long step = Long.parseLong(arguments[2]);
        int slices = (int) (TimeUnit.SECONDS.toNanos(Long.parseLong(arguments[3])) / SLICE_NANOS);
        long nanos = TimeUnit.SECONDS.toNanos(Long.parseLong(arguments[4]));
        long[] latencies = new long[MOST_SAMPLES];
        double rate;
        int taken;
        try (ReadLoad load = new ReadLoad(DeviceLocator.parse(arguments[0]), depth, step)) {
            // Compiled with the latencies being taken, as it is used.
            load.take(latencies);
            warmUp(load, slices);
            load.take(latencies);
            rate = rate(load, nanos);
            taken = load.taken();
        }
        Arrays.sort(latencies, 0, taken);
        double p99 = latencies[Math.max(0, (int) Math.ceil(0.99 * taken) - 1)] / 1e3;
        IO.println(String.format(Locale.ROOT, "%.2f %.3f", rate, p99));
    }

    private static void warmUp(ReadLoad load, int fewest) {
        double best = 0;
        int steady = 0;
        for (int slice = 0; slice < LONGEST * fewest && (slice < fewest || steady < 2); slice++) {
            double rate = rate(load, SLICE_NANOS);
            steady = rate > FASTER * best ? 0 : steady + 1;
            best = Math.max(best, rate);
        }
    }

    /** Reads in a second. */
    private static double rate(ReadLoad load, long nanos) {
        long before = load.completed();
        long start = System.nanoTime();
        long now;
        do {
            load.complete(PORTION);
            now = System.nanoTime();
        } while (now - start < nanos);
        return (load.completed() - before) * 1e9 / (now - start);
    }
}
