// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.nvme;

import io.jvfio.cli.out.Progress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;

/**
 * Measures one queue depth after the other.
 *
 * <p>Threads: one at a time.
 */
final class BenchRun {
    private static final Duration LOOK = Duration.ofMillis(100);

    private final BenchPlan plan;
    private final Progress progress;

    BenchRun(BenchPlan plan, Progress progress) {
        this.plan = plan;
        this.progress = progress;
    }

    /** Measures each depth and tells what it came to. */
    List<BenchStep> run(List<Integer> depths, Consumer<BenchStep> told) throws InterruptedException {
        List<BenchStep> steps = new ArrayList<>();
        for (int depth : depths) {
            BenchStep step = step(depth);
            progress.clear();
            steps.add(step);
            told.accept(step);
        }
        return steps;
    }

    private BenchStep step(int depth) throws InterruptedException {
        List<BenchWorker> workers = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int number = 0; number < plan.threads(); number++) {
            BenchWorker worker = new BenchWorker(plan, depth, number);
            workers.add(worker);
            threads.add(Thread.ofPlatform().name("bench-" + number).start(worker));
        }
        try {
            watch(depth, workers, threads);
        } finally {
            workers.forEach(BenchWorker::stop);
            progress.clear();
            joinAll(threads);
        }
        return result(depth, workers);
    }

    private void watch(int depth, List<BenchWorker> workers, List<Thread> threads) throws InterruptedException {
        long start = System.nanoTime();
        long before = 0;
        long then = start;
        for (Thread thread : threads) {
            while (!thread.join(LOOK)) {
                if (progress.due()) {
                    long now = System.nanoTime();
                    long commands =
                            workers.stream().mapToLong(BenchWorker::commands).sum();
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
