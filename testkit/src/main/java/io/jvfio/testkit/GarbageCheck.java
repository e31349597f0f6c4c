// SPDX-License-Identifier: Apache-2.0
package io.jvfio.testkit;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;

/**
 * Holds a hot path to allocating nothing, as the JVM counts it for each thread.
 *
 * <p>Threads: for one at a time, as what is looked at is to be the only work of the machine that makes it compile.
 */
public final class GarbageCheck {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    /** Less than one byte in ten rounds: nothing of a round, but something of the virtual machine's own now and then. */
    private static final int ROUNDS_FOR_A_BYTE = 10;

    private GarbageCheck() {}

    /**
     * Does something so many times, again and again for up to a minute, until a thread allocates less than a byte in ten
     * rounds: the code is interpreted at first, and that allocates. Blocks.
     *
     * @param thread that may allocate nothing: the caller, or one that works for it
     * @param rounds how often each time, some thousands; more than 0
     * @param action what is done on the caller's thread, and given the number of the round, from 0
     * @throws AssertionError if it allocates more each time
     * @throws UnsupportedOperationException if this JVM does not count
     */
    public static void assertNone(Thread thread, int rounds, IntConsumer action) {
        if (!(ManagementFactory.getThreadMXBean() instanceof ThreadMXBean threads)) {
            throw new UnsupportedOperationException("this JVM does not count what a thread allocates");
        }
        long id = thread.threadId();
        long tolerated = rounds / ROUNDS_FOR_A_BYTE;
        long fewest = Long.MAX_VALUE;
        long begin = System.nanoTime();
        while (fewest > tolerated && System.nanoTime() - begin < PATIENCE_NANOS) {
            long before = threads.getThreadAllocatedBytes(id);
            for (int round = 0; round < rounds; round++) {
                action.accept(round);
            }
            fewest = Math.min(fewest, threads.getThreadAllocatedBytes(id) - before);
        }
        if (fewest > tolerated) {
            throw new AssertionError(fewest + " bytes in " + rounds + " rounds of " + thread.getName() + ", where "
                    + tolerated + " are tolerated");
        }
    }
}
