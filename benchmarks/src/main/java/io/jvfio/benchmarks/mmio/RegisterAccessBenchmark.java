// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.mmio;

import io.jvfio.benchmarks.baseline.CBaseline;
import io.jvfio.benchmarks.baseline.MemoryDevice;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.mmio.FaultGuard;
import io.jvfio.mmio.Field;
import io.jvfio.mmio.Mmio;
import io.jvfio.mmio.Register32;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What does one register access cost, mapped and trapped, and what does the same loop cost in C? */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 3, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 10, time = 1)
public class RegisterAccessBenchmark {
    private static final int LOOP = 1000;
    private static final long OFFSET = 0x10;
    private static final Register32 STATUS = Register32.at(OFFSET);
    private static final Field READY = Field.bits(7, 4);

    private final MemoryDevice device = new MemoryDevice(SystemCalls.linux());
    private final Mmio trapped = Mmio.of(device, MemoryDevice.SIZE, "benchmark");
    private final Mmio mapped = trapped.withWindow(device.memory(), 0, FaultGuard.NONE);
    private final int fd = device.file().acquire();

    /** Lets go of the device. */
    @TearDown
    public void close() {
        device.file().release();
        device.close();
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public int mapped_read32() {
        int sum = 0;
        for (int i = 0; i < LOOP; i++) {
            sum += mapped.read32(OFFSET);
        }
        return sum;
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public int mapped_read_field() {
        int sum = 0;
        for (int i = 0; i < LOOP; i++) {
            sum += mapped.read(STATUS, READY);
        }
        return sum;
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public int c_mapped_read32(CLoops c) {
        return c.loops.read32(device.memory().asSlice(OFFSET), LOOP);
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public void mapped_write32() {
        for (int i = 0; i < LOOP; i++) {
            mapped.write32(OFFSET, i);
        }
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public int c_mapped_write32(CLoops c) {
        return c.loops.write32(device.memory().asSlice(OFFSET), LOOP);
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public int trapped_read32() {
        int sum = 0;
        for (int i = 0; i < LOOP; i++) {
            sum += trapped.read32(OFFSET);
        }
        return sum;
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public int c_trapped_read32(CLoops c) {
        return c.loops.trappedRead32(fd, OFFSET, LOOP);
    }

    /** The loops in C, for which alone a compiler is needed. */
    @State(Scope.Thread)
    public static class CLoops {
        private final CBaseline loops = CBaseline.compile();

        /** Unloads them. */
        @TearDown
        public void close() {
            loops.close();
        }
    }
}
