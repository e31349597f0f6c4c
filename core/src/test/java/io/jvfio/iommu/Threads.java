// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

import static org.assertj.core.api.Assertions.fail;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/** Threads that start together, and whose failures fail the test. */
final class Threads {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final List<Thread> threads = new ArrayList<>();
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();
    private final CountDownLatch start = new CountDownLatch(1);

    /** What a thread runs. */
    @FunctionalInterface
    interface Body {
        void run() throws Exception;
    }

    /** Adds a thread that runs {@code body} once all are started. */
    Thread add(Body body) {
        Thread thread = new Thread(() -> {
            try {
                start.await();
                body.run();
            } catch (Throwable e) {
                failures.add(e);
            }
        });
        threads.add(thread);
        thread.start();
        return thread;
    }

    void start() {
        start.countDown();
    }

    /** Waits for all and fails with the first failure. */
    void join() throws InterruptedException {
        for (Thread thread : threads) {
            if (!thread.join(LIMIT)) {
                fail("thread " + thread.getName() + " does not end: " + List.of(thread.getStackTrace()));
            }
        }
        if (!failures.isEmpty()) {
            AssertionError error = new AssertionError(failures.size() + " threads failed", failures.getFirst());
            failures.stream().skip(1).forEach(error::addSuppressed);
            throw error;
        }
    }

    /** Waits until a thread waits for something. */
    static void awaitBlocked(Thread thread) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (thread.getState() != Thread.State.WAITING && thread.getState() != Thread.State.TIMED_WAITING) {
            if (System.nanoTime() > deadline) {
                fail("thread is " + thread.getState() + ", not waiting");
            }
            Thread.onSpinWait();
        }
    }
}
