// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.emulation;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.jvfio.emulation.EmulatedDevice;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/**
 * Register access and transfers of a model allocate nothing. A message is a system call, of which the compiler removes the
 * last allocation only where it can inline all of it; benchmarks count there.
 */
final class AllocationTest extends ModelFixture {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int ROUNDS = 20_000;

    private static final int MOST_ATTEMPTS = 100;

    /** What a fresh profile or a recompilation may cost over all rounds, far below a byte for each. */
    private static final long NOISE = ROUNDS / 4;

    /** The least that so many rounds allocate: they run until the compiler has done its work, or for long enough. */
    private static long allocated(Runnable action) {
        long least = Long.MAX_VALUE;
        for (int attempt = 0; attempt < MOST_ATTEMPTS && least >= NOISE; attempt++) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < ROUNDS; i++) {
                action.run();
            }
            least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
        }
        return least;
    }

    @Test
    void register_access_allocates_nothing() {
        EmulatedDevice full = open("full");
        EmulatedDevice edu = open("edu");
        assertThat(allocated(() -> {
                    full(full, FullModel.SCRATCH, 1);
                    full(full, FullModel.SCRATCH);
                    full.readRegister(FullModel.MEMORY, FullModel.MAPPED_OFFSET, 4);
                    full.writeRegister(FullModel.MEMORY, FullModel.MAPPED_OFFSET + 8, 4, 1);
                    full.readRegister(FullModel.REGISTERS, FullModel.TABLE, 4);
                    full.writeRegister(FullModel.REGISTERS, FullModel.TABLE, 4, 0);
                    full.readRegister(CONFIG, COMMAND, 2);
                    full.writeRegister(CONFIG, 0x3c, 1, 5);
                    edu.readRegister(0, 0, 4);
                    edu.writeRegister(0, 4, 4, 1);
                }))
                .isLessThan(NOISE);
    }

    @Test
    void transfers_allocate_nothing() {
        EmulatedDevice device = open("full");
        busMaster(device);
        map(device, 0x10_0000);
        assertThat(allocated(() -> {
                    full(device, FullModel.POKE, 0x10_0000);
                    device.step();
                }))
                .isLessThan(NOISE);
    }
}
