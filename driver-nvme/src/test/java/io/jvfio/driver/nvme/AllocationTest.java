// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.iommu.ScatterList;
import io.jvfio.testkit.GarbageCheck;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands make no garbage once their code is compiled, whatever their size. */
@Tag("allocation")
final class AllocationTest {
    private static final int ROUNDS = 10_000;
    private static final int PER_ROUND = 16;

    private final FakeController controller = new FakeController(33);
    private final IoQueue queue = controller.queue(3);
    private final ScatterList data = new ScatterList();
    private long sum;
    private final CompletionHandler handler = command -> sum += command.tag() + command.status();

    @ParameterizedTest(name = "{0} blocks")
    @ValueSource(ints = {1, 8, 64, 512})
    void a_command_from_post_to_completion_makes_no_garbage(int blocks) {
        data.add(0x1_0000_0000L, (long) blocks * FakeController.BLOCK);
        GarbageCheck.assertNone(Thread.currentThread(), ROUNDS, round -> round(blocks));
        assertThat(sum).isPositive();
        assertThat(controller.calls).isEmpty();
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
