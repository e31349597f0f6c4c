// SPDX-License-Identifier: Apache-2.0
package io.jvfio.interrupt;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.internal.sys.SystemCalls;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The hot paths make no garbage once they are compiled. */
final class AllocationTest {
    private static final int WARM_UP = 20_000;
    private static final int ROUNDS = 10_000;

    /** Less than one byte in ten rounds: nothing in a round, but something of the virtual machine's own now and then. */
    private static final long TOLERATED = ROUNDS / 10;

    private final SystemCalls sys = SystemCalls.linux();
    private final FiringDevice device = new FiringDevice(sys);
    private final InterruptDispatcher dispatcher = new InterruptDispatcher(sys);
    private final InterruptControl control =
            new InterruptControl(device, dispatcher, sys, (type, enabled) -> {}, "0000:00:04.0");

    @AfterEach
    void close() {
        try (device;
                dispatcher) {
            control.close();
        }
    }

    /** {@code com.sun.management.ThreadMXBean.getThreadAllocatedBytes}, which this module does not read. */
    private static final class Allocated {
        private final Object threads;
        private final MethodHandle bytes;

        Allocated() throws ReflectiveOperationException {
            Class<?> factory = Class.forName("java.lang.management.ManagementFactory");
            Class<?> type = Class.forName("com.sun.management.ThreadMXBean");
            threads = factory.getMethod("getThreadMXBean").invoke(null);
            bytes = MethodHandles.publicLookup()
                    .findVirtual(type, "getThreadAllocatedBytes", MethodType.methodType(long.class, long.class))
                    .asType(MethodType.methodType(long.class, Object.class, long.class));
        }

        long of(long thread) throws Throwable {
            return (long) bytes.invokeExact(threads, thread);
        }
    }

    private interface Round {
        void run() throws Exception;
    }

    private static void assertNoGarbage(long thread, Round round) throws Throwable {
        Allocated allocated = new Allocated();
        for (int i = 0; i < WARM_UP; i++) {
            round.run();
        }
        long fewest = Long.MAX_VALUE;
        // A downcall makes garbage until the optimizing compiler has taken its time, which a busy machine stretches.
        long begin = System.nanoTime();
        while (fewest > TOLERATED && System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(Fixture.PATIENCE_SECONDS)) {
            long start = allocated.of(thread);
            for (int i = 0; i < ROUNDS; i++) {
                round.run();
            }
            fewest = Math.min(fewest, allocated.of(thread) - start);
        }
        assertThat(fewest).as("bytes in %d rounds", ROUNDS).isLessThanOrEqualTo(TOLERATED);
    }

    @Test
    void poll_makes_no_garbage() throws Throwable {
        Interrupts interrupts = control.enable(InterruptType.MSI, 1);
        assertNoGarbage(Thread.currentThread().threadId(), () -> interrupts.poll(0));
    }

    @Test
    void poll_that_finds_an_interrupt_makes_no_garbage() throws Throwable {
        Interrupts interrupts = control.enable(InterruptType.MSI, 1);
        assertNoGarbage(Thread.currentThread().threadId(), () -> {
            device.fire(InterruptType.MSI, 0);
            if (interrupts.poll(0) != 1) {
                throw new AssertionError("an interrupt was lost");
            }
        });
    }

    @Test
    void await_that_finds_an_interrupt_makes_no_garbage() throws Throwable {
        Interrupts interrupts = control.enable(InterruptType.MSI, 1);
        Duration limit = Duration.ofMinutes(1);
        assertNoGarbage(Thread.currentThread().threadId(), () -> {
            device.fire(InterruptType.MSI, 0);
            if (interrupts.await(0, limit) != 1) {
                throw new AssertionError("an interrupt was lost");
            }
        });
    }

    @Test
    void the_dispatcher_makes_no_garbage() throws Throwable {
        Semaphore called = new Semaphore(0);
        AtomicLong thread = new AtomicLong();
        Interrupts interrupts =
                control.enable(InterruptType.MSI, 1, InterruptOptions.defaults().withHandler((vector, count) -> {
                    thread.set(Thread.currentThread().threadId());
                    called.release();
                }));
        interrupts.trigger(0);
        called.acquire();
        assertNoGarbage(thread.get(), () -> {
            device.fire(InterruptType.MSI, 0);
            called.acquire();
        });
    }
}
