// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.mmio;

import io.jvfio.benchmarks.Question;
import io.jvfio.benchmarks.WholeRun;
import io.jvfio.benchmarks.baseline.CLoop;
import io.jvfio.benchmarks.baseline.MemoryDevice;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.mmio.FaultGuard;
import io.jvfio.mmio.Field;
import io.jvfio.mmio.Mmio;
import io.jvfio.mmio.Register32;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What does one access to a register in memory cost, of each width? The memory is cached, as no device's is. */
public class RegisterAccessBenchmark extends Question {
    private static final int LOOP = 10_000;
    private static final long OFFSET = 0x10;
    private static final Register32 STATUS = Register32.at(OFFSET);
    private static final Field READY = Field.bits(7, 4);

    private final MemoryDevice device = new MemoryDevice(SystemCalls.linux());
    private final Mmio registers =
            Mmio.of(device, MemoryDevice.SIZE, "benchmark").withWindow(device.memory(), 0, FaultGuard.NONE);

    /** Lets go of the device. */
    @TearDown
    public void close() {
        device.close();
    }

    @Benchmark
    @WholeRun
    @OperationsPerInvocation(LOOP)
    public int read8() {
        int sum = 0;
        for (int i = 0; i < LOOP; i++) {
            sum += registers.read8(OFFSET);
        }
        return sum;
    }

    @Benchmark
    @WholeRun
    @OperationsPerInvocation(LOOP)
    public int read16() {
        int sum = 0;
        for (int i = 0; i < LOOP; i++) {
            sum += registers.read16(OFFSET);
        }
        return sum;
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public int read32() {
        int sum = 0;
        for (int i = 0; i < LOOP; i++) {
            sum += registers.read32(OFFSET);
        }
        return sum;
    }

    @Benchmark
    @WholeRun
    @OperationsPerInvocation(LOOP)
    public long read64() {
        long sum = 0;
        for (int i = 0; i < LOOP; i++) {
            sum += registers.read64(OFFSET);
        }
        return sum;
    }

    @Benchmark
    @WholeRun
    @OperationsPerInvocation(LOOP)
    public int read_field() {
        int sum = 0;
        for (int i = 0; i < LOOP; i++) {
            sum += registers.read(STATUS, READY);
        }
        return sum;
    }

    @Benchmark
    @WholeRun
    @OperationsPerInvocation(LOOP)
    public void write8() {
        for (int i = 0; i < LOOP; i++) {
            registers.write8(OFFSET, i & 0xff);
        }
    }

    @Benchmark
    @WholeRun
    @OperationsPerInvocation(LOOP)
    public void write16() {
        for (int i = 0; i < LOOP; i++) {
            registers.write16(OFFSET, i & 0xffff);
        }
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public void write32() {
        for (int i = 0; i < LOOP; i++) {
            registers.write32(OFFSET, i);
        }
    }

    @Benchmark
    @WholeRun
    @OperationsPerInvocation(LOOP)
    public void write64() {
        for (int i = 0; i < LOOP; i++) {
            registers.write64(OFFSET, i);
        }
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public long c_read8(InC c) {
        return c.read8.run(LOOP);
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public long c_read16(InC c) {
        return c.read16.run(LOOP);
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public long c_read32(InC c) {
        return c.read32.run(LOOP);
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public long c_read64(InC c) {
        return c.read64.run(LOOP);
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public long c_write8(InC c) {
        return c.write8.run(LOOP);
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public long c_write16(InC c) {
        return c.write16.run(LOOP);
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public long c_write32(InC c) {
        return c.write32.run(LOOP);
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public long c_write64(InC c) {
        return c.write64.run(LOOP);
    }

    /** The same in C, on the same memory. */
    @State(Scope.Thread)
    public static class InC {
        private final MemoryDevice device = new MemoryDevice(SystemCalls.linux());
        private final CLoop read8 = loop("read8");
        private final CLoop read16 = loop("read16");
        private final CLoop read32 = loop("read32");
        private final CLoop read64 = loop("read64");
        private final CLoop write8 = loop("write8");
        private final CLoop write16 = loop("write16");
        private final CLoop write32 = loop("write32");
        private final CLoop write64 = loop("write64");

        private CLoop loop(String name) {
            return CLoop.of(name, device.memory().address() + OFFSET);
        }

        /** Lets go of the device. */
        @TearDown
        public void close() {
            device.close();
        }
    }
}
