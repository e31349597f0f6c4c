// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.interrupt;

import io.jvfio.benchmarks.Question;
import io.jvfio.benchmarks.baseline.CLoop;
import io.jvfio.benchmarks.baseline.MemoryDevice;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.interrupt.InterruptOptions;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What does it cost to look for an interrupt or a completion that is not there yet? */
public class PollingBenchmark extends Question {
    private static final int LOOP = 10_000;
    private static final VarHandle ENTRY =
            ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle().withInvokeExactBehavior();

    private final FiredDevice fired = new FiredDevice(InterruptOptions.defaults());
    private final MemoryDevice device = new MemoryDevice(SystemCalls.linux());
    private final MemorySegment entry = device.memory();

    /** Turns the vector off. */
    @TearDown
    public void close() {
        fired.close();
        device.close();
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public long interrupt_poll() {
        long count = 0;
        for (int i = 0; i < LOOP; i++) {
            count += fired.interrupts().poll(0);
        }
        return count;
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public int completion_poll() {
        int found = 0;
        for (int i = 0; i < LOOP; i++) {
            if ((int) ENTRY.getAcquire(entry, 0L) == 1) {
                found++;
            }
        }
        return found;
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public long c_interrupt_poll(InC c) {
        return c.interrupt.run(LOOP);
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public long c_completion_poll(InC c) {
        return c.completion.run(LOOP);
    }

    /** The same in C. */
    @State(Scope.Thread)
    public static class InC {
        private final FiredDevice fired = new FiredDevice(InterruptOptions.defaults());
        private final MemoryDevice device = new MemoryDevice(SystemCalls.linux());
        private final CLoop interrupt = CLoop.of("interrupt_poll", fired.number());
        private final CLoop completion =
                CLoop.of("completion_poll", device.memory().address(), 1);

        /** Turns the vector off. */
        @TearDown
        public void close() {
            fired.close();
            device.close();
        }
    }
}
