// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;

/** What a thread allocates, once its code is compiled. Threads: for one at a time. */
public final class Garbage {
    private static final int ROUNDS = 10_000;

    /** Less than one byte in ten rounds: nothing of a round, but something of the virtual machine's own now and then. */
    private static final long TOLERATED = ROUNDS / 10;

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private Garbage() {}

    /**
     * Does something many times and checks that it makes no garbage.
     *
     * @param thread who may make none
     * @param action is given numbers
     */
    public static void assertNone(Thread thread, IntConsumer action) throws Throwable {
        Object threads = Class.forName("java.lang.management.ManagementFactory")
                .getMethod("getThreadMXBean")
                .invoke(null);
        MethodHandle allocated = MethodHandles.publicLookup()
                .findVirtual(
                        Class.forName("com.sun.management.ThreadMXBean"),
                        "getThreadAllocatedBytes",
                        MethodType.methodType(long.class, long.class))
                .asType(MethodType.methodType(long.class, Object.class, long.class));
        long fewest = Long.MAX_VALUE;
        long begin = System.nanoTime();
        while (fewest > TOLERATED && System.nanoTime() - begin < PATIENCE_NANOS) {
            long before = (long) allocated.invokeExact(threads, thread.threadId());
            for (int round = 0; round < ROUNDS; round++) {
                action.accept(round);
            }
            fewest = Math.min(fewest, (long) allocated.invokeExact(threads, thread.threadId()) - before);
        }
        assertThat(fewest).as("bytes in %d rounds", ROUNDS).isLessThanOrEqualTo(TOLERATED);
    }
}
