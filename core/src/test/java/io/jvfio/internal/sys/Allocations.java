// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.util.concurrent.TimeUnit;

/**
 * Whether code allocates, as the JVM counts it ({@code com.sun.management.ThreadMXBean}) once compilation has settled. By
 * reflection, as the module under test does not read the management modules.
 */
public final class Allocations {
    private static final int WARM_UP = 20_000;
    private static final int MEASURED = 10_000;

    /** A downcall makes garbage until the optimizing compiler has taken its time, which a busy machine stretches. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private Allocations() {}

    /** Runs the code until a round allocates less than a byte a run, and fails if none does for a minute. */
    public static void assertNone(Runnable code) {
        double perRun = Double.MAX_VALUE;
        long begin = System.nanoTime();
        while (perRun >= 1 && System.nanoTime() - begin < PATIENCE_NANOS) {
            repeat(code, WARM_UP);
            long before = allocated();
            repeat(code, MEASURED);
            perRun = (allocated() - before) / (double) MEASURED;
        }
        assertThat(perRun).as("bytes allocated per run").isLessThan(1);
    }

    /** The bytes that a run of the code allocates. */
    public static long of(Runnable code) {
        long before = allocated();
        code.run();
        return allocated() - before;
    }

    private static void repeat(Runnable code, int times) {
        for (int i = 0; i < times; i++) {
            code.run();
        }
    }

    private static long allocated() {
        try {
            Object threads = Class.forName("java.lang.management.ManagementFactory")
                    .getMethod("getThreadMXBean")
                    .invoke(null);
            Method counter =
                    Class.forName("com.sun.management.ThreadMXBean").getMethod("getCurrentThreadAllocatedBytes");
            return (long) counter.invoke(threads);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("this JVM does not count allocations", e);
        }
    }
}
