// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.iommu.ScatterList;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands make no garbage once their code is compiled, whatever their size. */
@Tag("allocation")
final class AllocationTest {
    private static final int ROUNDS = 10_000;
    private static final int PER_ROUND = 16;

    /** Less than one byte in ten rounds: nothing of a round, but something of the virtual machine's own now and then. */
    private static final long TOLERATED = ROUNDS / 10;

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final FakeController controller = new FakeController(33);
    private final IoQueue queue = controller.queue(3);
    private final ScatterList data = new ScatterList();
    private long sum;
    private final CompletionHandler handler = command -> sum += command.tag() + command.status();

    @ParameterizedTest(name = "{0} blocks")
    @ValueSource(ints = {1, 8, 64, 512})
    void a_command_from_post_to_completion_makes_no_garbage(int blocks) throws Throwable {
        data.add(0x1_0000_0000L, (long) blocks * FakeController.BLOCK);
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
                round(blocks);
            }
            fewest = Math.min(fewest, (long) allocated.invokeExact(threads, thread) - before);
        }
        assertThat(sum).isPositive();
        assertThat(controller.calls).isEmpty();
        assertThat(fewest)
                .as("bytes in %d rounds of %d commands", ROUNDS, PER_ROUND)
                .isLessThanOrEqualTo(TOLERATED);
    }

    private void round(int blocks) {
        for (int i = 0; i < PER_ROUND; i++) {
            NvmeCommand command = queue.take();
            if (command == null) {
                throw new AssertionError("the queue is full");
            }
            command.write(controller.namespace, i, blocks).data(data).tag(i).post();
        }
        queue.ring();
        if (queue.poll(handler) != PER_ROUND) {
            throw new AssertionError("not all commands were completed");
        }
    }
}
