// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.nvme;

import io.jvfio.cli.out.Progress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;

/**
 * Measures one queue depth after the other.
 *
 * <p>Threads: one at a time.
 */
final class BenchRun {
    private static final Duration LOOK = Duration.ofMillis(100);

    /** The rate of each of so many looks after another is within this share of the one before when code is compiled. */
    private static final double STEADY = 0.05;

    private static final int STEADY_LOOKS = 5;

    private final BenchPlan plan;
    private final Progress progress;

    BenchRun(BenchPlan plan, Progress progress) {
        this.plan = plan;
        this.progress = progress;
    }

    /**
     * Measures each depth, and tells what it came to as soon as it is known.
     *
     * @param warmUp how long the code may take to be compiled before the first is measured
     */
    void run(List<Integer> depths, Duration warmUp, Consumer<BenchStep> told) throws InterruptedException {
        if (!warmUp.isZero()) {
            step(plan.during(warmUp), depths.getFirst(), this::warm);
        }
        for (int depth : depths) {
            BenchStep step = step(plan, depth, this::watch);
            progress.clear();
            told.accept(step);
        }
    }

    /** Looks on until the workers have ended, or need not go on. */
    @FunctionalInterface
    private interface Watch {
        void over(int depth, List<BenchWorker> workers, List<Thread> threads) throws InterruptedException;
    }

    private BenchStep step(BenchPlan plan, int depth, Watch watch) throws InterruptedException {
        List<BenchWorker> workers = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int number = 0; number < plan.threads(); number++) {
            BenchWorker worker = new BenchWorker(plan, depth, number);
            workers.add(worker);
            threads.add(Thread.ofPlatform().name("bench-" + number).start(worker));
        }
        try {
            watch.over(depth, workers, threads);
        } finally {
            workers.forEach(BenchWorker::stop);
            progress.clear();
            joinAll(threads);
        }
        return result(depth, workers);
    }

    /** Until the rate does not change any more. */
    private void warm(int depth, List<BenchWorker> workers, List<Thread> threads) throws InterruptedException {
        Steadiness rates = new Steadiness(STEADY, STEADY_LOOKS);
        long start = System.nanoTime();
        long before = 0;
        long then = start;
        while (!threads.getFirst().join(LOOK)) {
            long now = System.nanoTime();
            long commands = commands(workers);
            double rate = (commands - before) / ((now - then) / 1e9);
            if (rates.steadyWith(rate)) {
                return;
            }
            if (progress.due()) {
                progress.show(String.format(
                        Locale.ROOT, "warming up at QD %d: %,.0f IOPS, %.1f s", depth, rate, (now - start) / 1e9));
            }
            before = commands;
            then = now;
        }
    }

    private static long commands(List<BenchWorker> workers) {
        return workers.stream().mapToLong(BenchWorker::commands).sum();
    }

    private void watch(int depth, List<BenchWorker> workers, List<Thread> threads) throws InterruptedException {
        long start = System.nanoTime();
        long before = 0;
        long then = start;
        for (Thread thread : threads) {
            while (!thread.join(LOOK)) {
                if (progress.due()) {
                    long now = System.nanoTime();
                    long commands = commands(workers);
                    progress.show(String.format(
                            "QD %d: %,.0f IOPS, %.1f of %.1f s",
                            depth,
                            (commands - before) / ((now - then) / 1e9),
                            (now - start) / 1e9,
                            plan.duration().toNanos() / 1e9));
                    before = commands;
                    then = now;
                }
            }
        }
    }

    /** They end by themselves: none may go on when the controller is closed. */
    private static void joinAll(List<Thread> threads) {
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private BenchStep result(int depth, List<BenchWorker> workers) {
        Histogram latencies = new Histogram(workers.getFirst().latencies());
        long commands = 0;
        long nanos = 1;
        for (BenchWorker worker : workers) {
            Throwable failure = worker.failure();
            if (failure instanceof RuntimeException e) {
                throw e;
            }
            if (failure instanceof Error e) {
                throw e;
            }
            commands += worker.commands();
            nanos = Math.max(nanos, worker.nanos());
            latencies.add(worker.latencies());
        }
        return new BenchStep(depth, commands, nanos, plan.commandSize(), latencies);
    }
}
