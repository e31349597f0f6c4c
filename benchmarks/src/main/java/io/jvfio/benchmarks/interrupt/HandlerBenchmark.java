// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.interrupt;

import io.jvfio.benchmarks.Question;
import io.jvfio.benchmarks.WholeRun;
import io.jvfio.benchmarks.baseline.CLoop;
import io.jvfio.interrupt.InterruptOptions;
import io.jvfio.interrupt.Interrupts;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * How long does it take from the signal of an eventfd until a handler on another thread has counted it? The thread that
 * signals waits for that before it signals again. The kernel's wake-up is the most of it but for the loop that polls.
 */
public class HandlerBenchmark extends Question {
    private static final int LOOP = 1000;

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public long wait_in_poll(InPlatformThread handler) {
        return handler.signal(LOOP);
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public long wait_in_epoll(InCallback handler) {
        return handler.signal(LOOP);
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public long wait_in_loop(InLoop handler) {
        return handler.signal(LOOP);
    }

    /** Beside the loop in C around epoll, which is what wakes it. */
    @Benchmark
    @WholeRun
    @OperationsPerInvocation(LOOP)
    public long wait_in_virtual_thread(InVirtualThread handler) {
        return handler.signal(LOOP);
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public long c_wait_in_poll(InC c) {
        return c.poll.run(LOOP);
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public long c_wait_in_epoll(InC c) {
        return c.epoll.run(LOOP);
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public long c_wait_in_loop(InC c) {
        return c.loop.run(LOOP);
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public long c_wait_in_virtual_thread(InC c) {
        return c.epoll.run(LOOP);
    }

    /** A vector and how many of its interrupts are handled. */
    abstract static class Handled {
        private final AtomicLong count = new AtomicLong();
        private final FiredDevice fired;
        private long signalled;

        Handled(boolean called) {
            InterruptOptions options = InterruptOptions.defaults();
            fired = new FiredDevice(
                    called ? options.withHandler((vector, signals) -> count.addAndGet(signals)) : options);
        }

        final Interrupts interrupts() {
            return fired.interrupts();
        }

        final void handled(long signals) {
            count.addAndGet(signals);
        }

        final long signal(int times) {
            for (int i = 0; i < times; i++) {
                fired.fire();
                signalled++;
                while (count.get() < signalled) {
                    Thread.onSpinWait();
                }
            }
            return signalled;
        }

        /** Turns the vector off, which ends the wait for it. */
        @TearDown
        public void close() {
            fired.close();
        }
    }

    /** A handler that the dispatcher calls. */
    @State(Scope.Thread)
    public static class InCallback extends Handled {
        /** Enables the vector. */
        public InCallback() {
            super(true);
        }
    }

    /** A thread that takes what has come until the vector is off. */
    abstract static class Taken extends Handled {
        Taken() {
            super(false);
        }

        final void start(Thread.Builder thread) {
            thread.start(() -> {
                try {
                    while (true) {
                        handled(take());
                    }
                } catch (IllegalStateException e) {
                    return; // the vector is off
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }

        long take() throws InterruptedException {
            return interrupts().await(0, Duration.ofSeconds(10));
        }
    }

    /** A thread that blocks in poll. */
    @State(Scope.Thread)
    public static class InPlatformThread extends Taken {
        /** Starts it. */
        public InPlatformThread() {
            start(Thread.ofPlatform().daemon());
        }
    }

    /** A virtual thread that parks. */
    @State(Scope.Thread)
    public static class InVirtualThread extends Taken {
        /** Starts it. */
        public InVirtualThread() {
            start(Thread.ofVirtual());
        }
    }

    /** A thread that looks all the time. */
    @State(Scope.Thread)
    public static class InLoop extends Taken {
        /** Starts it. */
        public InLoop() {
            start(Thread.ofPlatform().daemon());
        }

        @Override
        long take() {
            return interrupts().poll(0);
        }
    }

    /** The same in C. */
    @State(Scope.Thread)
    public static class InC {
        private final FiredDevice fired = new FiredDevice(InterruptOptions.defaults());
        private final CLoop poll = CLoop.of("wait_in_poll", fired.number());
        private final CLoop epoll = CLoop.of("wait_in_epoll", fired.number());
        private final CLoop loop = CLoop.of("wait_in_loop", fired.number());

        /** Turns the vector off. */
        @TearDown
        public void close() {
            fired.close();
        }
    }
}
