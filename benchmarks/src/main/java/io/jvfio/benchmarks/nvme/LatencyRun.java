// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.nvme;

import io.jvfio.driver.nvme.NvmeCommand;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * A process that takes the latency of NVMe commands, one after the other on a controller that answers at once, while another
 * of its threads allocates. It prints the percentiles that its arguments ask for, in nanoseconds, a line each.
 *
 * <p>Threads: it has the two.
 */
public final class LatencyRun {
    private static final long WARM_UP_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final int MOST_SAMPLES = 1 << 24;
    private static final int CHUNK = 64 << 10;

    private final InstantNvme nvme = new InstantNvme(1);
    private final long[] samples = new long[MOST_SAMPLES];
    private volatile boolean ended;
    private volatile byte[] garbage = {};

    private LatencyRun() {}

    /**
     * Runs.
     *
     * @param arguments mebibytes to allocate in a second, for how many seconds, and the percentiles, 100 being the maximum
     */
    public static void main(String... arguments) throws InterruptedException {
        long rate = Long.parseLong(arguments[0]) << 20;
        long nanos = TimeUnit.SECONDS.toNanos(Long.parseLong(arguments[1]));
        double[] percentiles = Arrays.stream(arguments)
                .skip(2)
                .mapToDouble(Double::parseDouble)
                .toArray();
        LatencyRun run = new LatencyRun();
        Thread allocator = Thread.ofPlatform().start(() -> run.allocate(rate));
        int count = run.measure(nanos);
        run.ended = true;
        allocator.join();
        run.nvme.close();
        Arrays.sort(run.samples, 0, count);
        for (double percentile : percentiles) {
            int index = (int) Math.ceil(percentile / 100 * count) - 1;
            IO.println(run.samples[Math.clamp(index, 0, count - 1)]);
        }
    }

    /** Allocates at this rate, in bytes a second, until the end. */
    private void allocate(long rate) {
        long start = System.nanoTime();
        long allocated = 0;
        while (!ended) {
            long due = (long) ((System.nanoTime() - start) / 1e9 * rate);
            while (allocated < due) {
                garbage = new byte[CHUNK];
                allocated += garbage.length;
            }
            Thread.onSpinWait();
        }
    }

    private int measure(long nanos) {
        long now = System.nanoTime();
        long start = now + WARM_UP_NANOS;
        long end = start + nanos;
        int count = 0;
        while (now - end < 0 && count < MOST_SAMPLES) {
            long before = now;
            command();
            now = System.nanoTime();
            if (now - start >= 0) {
                samples[count++] = now - before;
            }
        }
        return count;
    }

    private void command() {
        nvme.post(0);
        nvme.queue().ring();
        while (nvme.queue().poll(LatencyRun::check) == 0) {
            Thread.onSpinWait();
        }
    }

    private static void check(NvmeCommand command) {
        Objects.requireNonNull(command).check();
    }
}
