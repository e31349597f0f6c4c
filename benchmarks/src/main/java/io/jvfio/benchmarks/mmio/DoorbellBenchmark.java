// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.mmio;

import io.jvfio.benchmarks.Question;
import io.jvfio.benchmarks.baseline.CLoop;
import io.jvfio.benchmarks.baseline.MemoryDevice;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.mmio.FaultGuard;
import io.jvfio.mmio.Mmio;
import io.jvfio.mmio.Word64;
import java.lang.foreign.MemorySegment;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What does it cost to fill a descriptor of 64 bytes and to ring the doorbell for it? */
public class DoorbellBenchmark extends Question {
    private static final int LOOP = 10_000;
    private static final long DESCRIPTOR = 0x400;
    private static final long DOORBELL = 0x10;
    private static final Word64 W0 = Word64.at(0);
    private static final Word64 W1 = Word64.at(8);
    private static final Word64 W2 = Word64.at(16);
    private static final Word64 W3 = Word64.at(24);
    private static final Word64 W4 = Word64.at(32);
    private static final Word64 W5 = Word64.at(40);
    private static final Word64 W6 = Word64.at(48);
    private static final Word64 W7 = Word64.at(56);

    private final MemoryDevice device = new MemoryDevice(SystemCalls.linux());
    private final Mmio registers =
            Mmio.of(device, MemoryDevice.SIZE, "benchmark").withWindow(device.memory(), 0, FaultGuard.NONE);
    private final MemorySegment memory = device.memory();

    /** Lets go of the device. */
    @TearDown
    public void close() {
        device.close();
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public void doorbell() {
        for (int i = 0; i < LOOP; i++) {
            W0.set(memory, DESCRIPTOR, i);
            W1.set(memory, DESCRIPTOR, i + 1L);
            W2.set(memory, DESCRIPTOR, i + 2L);
            W3.set(memory, DESCRIPTOR, i + 3L);
            W4.set(memory, DESCRIPTOR, i + 4L);
            W5.set(memory, DESCRIPTOR, i + 5L);
            W6.set(memory, DESCRIPTOR, i + 6L);
            W7.set(memory, DESCRIPTOR, i + 7L);
            registers.write32(DOORBELL, i);
        }
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public long c_doorbell(InC c) {
        return c.doorbell.run(LOOP);
    }

    /** The same in C. */
    @State(Scope.Thread)
    public static class InC {
        private final MemoryDevice device = new MemoryDevice(SystemCalls.linux());
        private final long memory = device.memory().address();
        private final CLoop doorbell = CLoop.of("doorbell", memory + DESCRIPTOR, memory + DOORBELL);

        /** Lets go of the device. */
        @TearDown
        public void close() {
            device.close();
        }
    }
}
