// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.driver.nvme.spec.IoOpcode;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The controller makes no garbage for reads and writes once its code is compiled. */
@Tag("allocation")
final class AllocationTest {
    private static final int ROUNDS = 2_000;
    private static final int PER_ROUND = 16;

    /** Less than one byte in ten rounds: nothing of a round, but something of the virtual machine's own now and then. */
    private static final long TOLERATED = ROUNDS / 10;

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    @ParameterizedTest
    @ValueSource(strings = {"doorbells=trapped", "doorbells=mapped"})
    void a_command_from_doorbell_to_completion_makes_no_garbage(String options) throws Throwable {
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
        Sqe write = Sqe.of(IoOpcode.WRITE).nsid(1).blocks(0, 8).prp(ModelRig.DATA, 0);
        Sqe read = Sqe.of(IoOpcode.READ).nsid(1).blocks(8, 16).prp(ModelRig.DATA, ModelRig.DATA + 8192);
        long fewest = Long.MAX_VALUE;
        long begin = System.nanoTime();
        try (ModelRig rig = new ModelRig(options)) {
            rig.start();
            while (fewest > TOLERATED && System.nanoTime() - begin < PATIENCE_NANOS) {
                long before = (long) allocated.invokeExact(threads, thread);
                for (int round = 0; round < ROUNDS; round++) {
                    round(rig, write, read);
                }
                fewest = Math.min(fewest, (long) allocated.invokeExact(threads, thread) - before);
            }
        }
        assertThat(fewest)
                .as("bytes in %d rounds of %d commands", ROUNDS, PER_ROUND)
                .isLessThanOrEqualTo(TOLERATED);
    }

    private static void round(ModelRig rig, Sqe write, Sqe read) {
        for (int i = 0; i < PER_ROUND; i++) {
            rig.put(1, i % 2 == 0 ? write : read);
        }
        rig.ring(1);
        rig.settle();
        for (int i = 0; i < PER_ROUND; i++) {
            if (rig.take(1) != 0) {
                throw new AssertionError("a command was not completed well");
            }
        }
    }
}
