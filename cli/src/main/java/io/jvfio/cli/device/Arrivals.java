// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.device;

import io.jvfio.interrupt.InterruptHandler;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.IntStream;

/**
 * Counts interrupts, and hands them on in portions that a person can read, however fast they come.
 *
 * <p>Threads: interrupts come on one thread; one other takes.
 */
final class Arrivals implements InterruptHandler {
    private final AtomicLongArray counts;
    private final long[] taken;
    private final Semaphore news = new Semaphore(0);

    Arrivals(int vectors) {
        this.counts = new AtomicLongArray(vectors);
        this.taken = new long[vectors];
    }

    @Override
    public void interrupted(int vector, long count) {
        counts.addAndGet(vector, count);
        news.release();
    }

    /** What is told of a vector. */
    @FunctionalInterface
    interface Consumer {
        void arrived(int vector, long count);
    }

    /**
     * Waits for an interrupt.
     *
     * @return whether there was one before the time was over
     */
    boolean await(long nanos) throws InterruptedException {
        return news.tryAcquire(nanos, TimeUnit.NANOSECONDS);
    }

    /** Tells what came since the last call. */
    void take(Consumer consumer) {
        news.drainPermits();
        for (int vector = 0; vector < taken.length; vector++) {
            long count = counts.get(vector);
            if (count != taken[vector]) {
                consumer.arrived(vector, count - taken[vector]);
                taken[vector] = count;
            }
        }
    }

    long of(int vector) {
        return counts.get(vector);
    }

    long total() {
        return IntStream.range(0, counts.length()).mapToLong(counts::get).sum();
    }

    /** The vectors below {@code count} that have interrupted. */
    List<Integer> heard(int count) {
        return IntStream.range(0, count)
                .filter(vector -> counts.get(vector) > 0)
                .boxed()
                .toList();
    }

    /** How many vectors below {@code count} have not interrupted. */
    int silent(int count) {
        return count - heard(count).size();
    }
}
