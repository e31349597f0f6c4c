// SPDX-License-Identifier: Apache-2.0
package io.jvfio.interrupt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.jvfio.internal.sys.SystemCalls;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * A device that can be fired, its interrupts, and threads that wait for them.
 *
 * <p>Threads: the test's.
 */
final class Fixture implements AutoCloseable {
    static final String NAME = "0000:00:04.0";
    static final long PATIENCE_SECONDS = 30;
    private static final long POLL_NANOS = 100_000;

    private final Semaphore polls = new Semaphore(0);
    private final SystemCalls sys = ObservedCalls.with(method -> {
        if (method.equals("poll")) {
            polls.release();
        }
        return 0;
    });
    final FiringDevice device = new FiringDevice(sys);
    final InterruptDispatcher dispatcher = new InterruptDispatcher(sys);
    final InterruptControl control = new InterruptControl(device, dispatcher, sys, (type, enabled) -> {}, NAME);

    @Override
    public void close() {
        try (device;
                dispatcher) {
            control.close();
        }
    }

    /** A thread that does something and keeps the outcome. */
    final class Task {
        private final CompletableFuture<Object> outcome = new CompletableFuture<>();
        private final ThreadKind kind;
        private final Thread thread;

        Task(ThreadKind kind, Callable<?> body) {
            this.kind = kind;
            this.thread = kind.of(() -> {
                try {
                    outcome.complete(body.call());
                } catch (Exception e) {
                    outcome.completeExceptionally(e);
                }
            });
            thread.start();
        }

        Thread thread() {
            return thread;
        }

        /** Returns when the thread is about to block, or blocked. */
        Task untilBlocked() {
            if (kind == ThreadKind.PLATFORM) {
                acquire(polls);
            } else {
                until(() -> thread.getState() == Thread.State.TIMED_WAITING);
            }
            return this;
        }

        Object result() {
            try {
                return outcome.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            } catch (ExecutionException e) {
                throw new AssertionError("the task failed", e.getCause());
            } catch (TimeoutException | InterruptedException e) {
                throw new AssertionError("the task does not end", e);
            }
        }

        Throwable failure() {
            Throwable thrown = catchThrowable(() -> outcome.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
            assertThat(thrown).isInstanceOf(ExecutionException.class);
            return thrown.getCause();
        }
    }

    Task start(ThreadKind kind, Callable<?> body) {
        return new Task(kind, body);
    }

    static void acquire(Semaphore semaphore) {
        try {
            assertThat(semaphore.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Waits until something holds that other threads bring about. */
    static void until(BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS));
            LockSupport.parkNanos(POLL_NANOS);
        }
    }
}
