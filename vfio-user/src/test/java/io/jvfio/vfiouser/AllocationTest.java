// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Register access over a socket makes no garbage in the thread that calls, once its code is compiled. */
@Tag("allocation")
final class AllocationTest extends ClientTest {
    private static final int ROUNDS = 10_000;

    /** Less than one byte in ten rounds: nothing of a round, but something of the virtual machine's own now and then. */
    private static final long TOLERATED = ROUNDS / 10;

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private long sum;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void reading_and_writing_registers_makes_no_garbage(boolean twin) throws Throwable {
        server.capabilities = server.capabilities.withTwinSocket(twin, 0);
        VfioUserDevice device = connect();
        Object threads = Class.forName("java.lang.management.ManagementFactory")
                .getMethod("getThreadMXBean")
                .invoke(null);
        MethodHandle allocated = MethodHandles.publicLookup()
                .findVirtual(
                        Class.forName("com.sun.management.ThreadMXBean"),
                        "getThreadAllocatedBytes",
                        MethodType.methodType(long.class, long.class))
                .asType(MethodType.methodType(long.class, Object.class, long.class));
        long thread = Thread.currentThread().threadId();
        long fewest = Long.MAX_VALUE;
        long begin = System.nanoTime();
        while (fewest > TOLERATED && System.nanoTime() - begin < PATIENCE_NANOS) {
            long before = (long) allocated.invokeExact(threads, thread);
            for (int round = 0; round < ROUNDS; round++) {
                device.writeRegister(TestServer.MEMORY_BAR, 0, 4, round);
                sum += device.readRegister(TestServer.MEMORY_BAR, 0, 4);
            }
            fewest = Math.min(fewest, (long) allocated.invokeExact(threads, thread) - before);
        }
        assertThat(sum).isPositive();
        assertThat(fewest).as("bytes in %d rounds", ROUNDS).isLessThanOrEqualTo(TOLERATED);
    }
}
