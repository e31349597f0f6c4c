// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.driver.nvme.spec.ControllerRegisters;
import io.jvfio.driver.nvme.spec.StatusCode;
import io.jvfio.driver.nvme.spec.SubmissionEntry;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A driver that writes anything anywhere: the controller answers each command once with a status, or says that it cannot go
 * on; it never throws, never hangs, and a reset makes it whole.
 */
@Timeout(120)
final class RandomEntriesTest {
    private static final int ROUNDS = Integer.getInteger("jvfio.nvme.entries", 20_000);

    private Rig rig;
    private Random random;

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {11, 12, 13})
    void whatever_a_driver_writes_is_answered(long seed) {
        random = new Random(seed);
        try (Rig opened = new Rig(2, random.nextBoolean())) {
            rig = opened;
            rig.enable();
            for (int round = 0; round < ROUNDS; round++) {
                act();
                rig.settle();
                rig.controller.rest();
                if (rig.csts() != 1) {
                    recover();
                }
            }
            recover();
            assertThat(rig.pair(1).status(Sqe.of(0).nsid(1))).isEqualTo(StatusCode.SUCCESS);
        }
    }

    private void act() {
        int kind = random.nextInt(100);
        if (kind < 55) {
            submit(0);
        } else if (kind < 90) {
            submit(1 + random.nextInt(Rig.PAIRS));
        } else if (kind < 94) {
            rig.doorbell(
                    4L * random.nextInt(Doorbells.SIZE / 4),
                    random.nextBoolean() ? random.nextInt(70) : random.nextInt());
        } else if (kind < 96) {
            rig.registers.write(4L * random.nextInt(16), 4, random.nextInt());
        } else if (kind < 98) {
            // Lists and queues that hold anything.
            byte[] bytes = new byte[4096];
            random.nextBytes(bytes);
            rig.memory.at(Rig.DATA + 4096L * random.nextInt(64), 4096).copyFrom(MemorySegment.ofArray(bytes));
        } else {
            rig.controller.attach(1 + random.nextInt(2), random.nextInt(4) != 0);
        }
    }

    /** One command through the admin queue or, if it was made and is where a test would have made it, an I/O queue. */
    private void submit(int queue) {
        if (queue == 0) {
            rig.admin.put(entry(true));
            rig.admin.ring();
            rig.settle();
            rig.admin.reap();
            return;
        }
        Rig.Pair pair = rig.new Pair(queue, 16);
        rig.admin.put(random.nextInt(4) == 0 ? entry(true) : Rig.createCq(pair, queue));
        rig.admin.put(random.nextInt(4) == 0 ? entry(true) : Rig.createSq(pair, queue));
        rig.admin.ring();
        rig.settle();
        rig.admin.reap();
        for (int i = 0; i < 5; i++) {
            pair.put(entry(false));
        }
        pair.ring();
        rig.settle();
        pair.reap();
        rig.admin.put(Sqe.of(0).cdw10(queue));
        rig.admin.put(Sqe.of(4).cdw10(queue));
        rig.admin.ring();
        rig.settle();
        rig.admin.reap();
    }

    /** Random bytes, most of which are then made plausible: else nothing would pass the first check. */
    private Sqe entry(boolean admin) {
        byte[] bytes = new byte[SubmissionEntry.SIZE];
        random.nextBytes(bytes);
        Sqe entry = Sqe.of(bytes);
        MemorySegment memory = entry.entry();
        if (random.nextInt(8) != 0) {
            int[] opcodes =
                    admin ? new int[] {0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 0x7c, 0x80} : new int[] {0, 1, 2, 5, 8, 9, 12};
            SubmissionEntry.OPCODE.set(memory, opcodes[random.nextInt(opcodes.length)]);
        }
        if (random.nextInt(4) != 0) {
            entry.flags(admin || random.nextInt(3) != 0 ? 0 : 0x40);
        }
        if (random.nextInt(4) != 0) {
            entry.nsid(random.nextInt(4) - 1);
        }
        if (random.nextInt(4) != 0) {
            entry.prp(address(), address());
        }
        if (random.nextInt(3) != 0) {
            entry.cdw10(random.nextInt(admin ? 0x20 : 8192)).cdw11(random.nextInt(4) == 0 ? random.nextInt() : 0);
        }
        if (random.nextInt(3) != 0) {
            entry.cdw12(random.nextInt(4096)).cdw13(0);
        }
        return entry;
    }

    private long address() {
        return switch (random.nextInt(6)) {
            case 0 -> Rig.END - random.nextInt(8192);
            case 1 -> -1L - random.nextInt(8192);
            case 2 -> random.nextLong();
            case 3 -> Rig.DATA + random.nextInt(1 << 18);
            default -> Rig.DATA + 4096L * random.nextInt(64);
        };
    }

    private void recover() {
        rig.write(ControllerRegisters.CC.offset(), 0);
        rig.settle();
        assertThat(rig.csts()).isZero();
        rig.controller.attach(1, true);
        rig.enable();
    }
}
