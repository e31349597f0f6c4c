// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.mmio;

import io.jvfio.benchmarks.Question;
import io.jvfio.benchmarks.WholeRun;
import io.jvfio.benchmarks.baseline.CLoop;
import io.jvfio.benchmarks.baseline.MemoryDevice;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.mmio.Mmio;
import io.jvfio.pci.ConfigSpace;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What does an access cost that goes through the kernel, to a register or to config space? */
public class TrappedAccessBenchmark extends Question {
    private static final int LOOP = 1000;
    private static final long OFFSET = 0x10;

    private final MemoryDevice device = new MemoryDevice(SystemCalls.linux());
    private final Mmio registers = Mmio.of(device, MemoryDevice.SIZE, "benchmark");
    private final ConfigSpace config = ConfigSpace.of(device, MemoryDevice.SIZE, "benchmark");

    /** Lets go of the device. */
    @TearDown
    public void close() {
        device.close();
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public int trapped_read32() {
        int sum = 0;
        for (int i = 0; i < LOOP; i++) {
            sum += registers.read32(OFFSET);
        }
        return sum;
    }

    @Benchmark
    @WholeRun
    @OperationsPerInvocation(LOOP)
    public void trapped_write32() {
        for (int i = 0; i < LOOP; i++) {
            registers.write32(OFFSET, i);
        }
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public int config_read16() {
        int sum = 0;
        for (int i = 0; i < LOOP; i++) {
            sum += config.read16((int) OFFSET);
        }
        return sum;
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public long c_trapped_read32(InC c) {
        return c.read.run(LOOP);
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public long c_trapped_write32(InC c) {
        return c.write.run(LOOP);
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public long c_config_read16(InC c) {
        return c.config.run(LOOP);
    }

    /** The same in C, on a file of the same kind. */
    @State(Scope.Thread)
    public static class InC {
        private final MemoryDevice device = new MemoryDevice(SystemCalls.linux());
        private final int file = device.file().acquire();
        private final CLoop read = CLoop.of("trapped_read32", file, OFFSET);
        private final CLoop write = CLoop.of("trapped_write32", file, OFFSET);
        private final CLoop config = CLoop.of("config_read16", file, OFFSET);

        /** Lets go of the device. */
        @TearDown
        public void close() {
            device.file().release();
            device.close();
        }
    }
}
