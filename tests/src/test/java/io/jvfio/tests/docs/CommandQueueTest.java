// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.mmio.Mmio;
import io.jvfio.mmio.RegisterPort;
import io.jvfio.pci.PciDevice;
import io.jvfio.testkit.JvfioDevice;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The queue that docs/driver-guide.md quotes works, with DMA memory of the model of edu and an imagined device. */
final class CommandQueueTest {
    private static final int COMMANDS = 500;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void each_command_is_done_once_and_in_order(long seed, @JvfioDevice("model:edu") PciDevice edu) {
        Random random = new Random(seed);
        FakeDevice device = new FakeDevice();
        List<Integer> done = new ArrayList<>();
        try (CommandQueue queue = new CommandQueue(edu.dma(), Mmio.of(device, 0x1000, "imagined"))) {
            device.attach(queue);
            int next = 0;
            while (done.size() < COMMANDS) {
                int batch = random.nextInt(CommandQueue.SLOTS + 2);
                while (batch-- > 0 && next < COMMANDS && queue.post(next, 0x1000L * next, next)) {
                    next++;
                }
                queue.ring();
                device.work(random.nextInt(CommandQueue.SLOTS));
                assertThat(queue.poll(done::add)).isEqualTo(device.takeFinished());
            }
        }
        for (int id = 0; id < COMMANDS; id++) {
            assertThat(done.get(id)).isEqualTo(id);
        }
    }

    @Test
    void a_batch_rings_once_and_nothing_does_not(@JvfioDevice("model:edu") PciDevice edu) {
        FakeDevice device = new FakeDevice();
        try (CommandQueue queue = new CommandQueue(edu.dma(), Mmio.of(device, 0x1000, "imagined"))) {
            device.attach(queue);
            int posted = 0;
            while (queue.post(posted, 0, 0)) {
                posted++;
            }
            queue.ring();
            queue.ring();
            assertThat(posted).isEqualTo(CommandQueue.SLOTS - 1);
            assertThat(device.rings).isEqualTo(1);
            assertThat(queue.poll(id -> {})).isZero();
            assertThat(device.heads).isZero();

            device.work(posted);

            assertThat(queue.poll(id -> {})).isEqualTo(posted);
            assertThat(device.heads).isEqualTo(1);
            assertThat(queue.post(posted, 0, 0)).isTrue();
        }
    }

    /** Does commands when it is told to, and writes what it has done. Threads: one at a time. */
    private static final class FakeDevice implements RegisterPort {
        private MemorySegment commands = MemorySegment.NULL;
        private MemorySegment completions = MemorySegment.NULL;
        private int tail;
        private int head;
        private int completion;
        private int phase = 1;
        private int finished;
        private int rings;
        private int heads;

        void attach(CommandQueue queue) {
            commands = queue.commandMemory();
            completions = queue.completionMemory();
        }

        int takeFinished() {
            int count = finished;
            finished = 0;
            return count;
        }

        void work(int most) {
            for (int i = 0; i < most && head != tail; i++) {
                long command = (long) head * CommandQueue.COMMAND_SIZE;
                int id = CommandQueue.ID.of(commands, command);
                if (id > 0) {
                    assertThat(CommandQueue.LENGTH.of(commands, command)).isIn(0, id);
                }
                head = (head + 1) % CommandQueue.SLOTS;
                long entry = (long) completion * CommandQueue.COMPLETION_SIZE;
                CommandQueue.DONE_ID.set(completions, entry, id);
                CommandQueue.DONE_STATUS.publish(completions, entry, CommandQueue.PHASE.set(0, phase));
                completion = (completion + 1) % CommandQueue.SLOTS;
                if (completion == 0) {
                    phase = 1 - phase;
                }
                finished++;
            }
        }

        @Override
        public long read(long offset, int width) {
            return 0;
        }

        @Override
        public void write(long offset, int width, long value) {
            if (offset == CommandQueue.TAIL.offset()) {
                rings++;
                tail = (int) value;
            } else if (offset == CommandQueue.HEAD.offset()) {
                heads++;
            }
        }
    }
}
