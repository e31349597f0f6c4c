// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.interrupt;

import io.jvfio.Fd;
import io.jvfio.benchmarks.baseline.CBaseline;
import io.jvfio.benchmarks.baseline.MemoryDevice;
import io.jvfio.carrier.CarrierContext;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.interrupt.InterruptDispatcher;
import io.jvfio.interrupt.InterruptOwner;
import io.jvfio.interrupt.InterruptType;
import io.jvfio.interrupt.Interrupts;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
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

/** What does it cost to look for an interrupt or a completion that is not there yet? */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 3, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 10, time = 1)
public class PollingBenchmark {
    private static final int LOOP = 1000;
    private static final VarHandle ENTRY =
            ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle().withInvokeExactBehavior();

    private final SystemCalls sys = SystemCalls.linux();
    private final MemoryDevice device = new MemoryDevice(sys);
    private final CarrierContext context = CarrierContext.of();
    private final InterruptDispatcher dispatcher = InterruptDispatcher.of(context);
    private final InterruptOwner owner =
            InterruptOwner.of(device, dispatcher, context, (type, enabled) -> {}, "benchmark");
    private final Interrupts interrupts = owner.control().enable(InterruptType.MSI, 1);
    private final Fd eventfd = interrupts.eventfd(0);
    private final int number = eventfd.acquire();
    private final MemorySegment entry = device.memory();

    /** Turns the vector off. */
    @TearDown
    public void close() {
        eventfd.release();
        interrupts.close();
        owner.close();
        dispatcher.close();
        device.close();
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public long interrupt_poll() {
        long count = 0;
        for (int i = 0; i < LOOP; i++) {
            count += interrupts.poll(0);
        }
        return count;
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public int c_interrupt_poll(CLoops c) {
        return c.loops.pollEventfd(number, LOOP);
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
    public int c_completion_poll(CLoops c) {
        return c.loops.pollCompletion(entry, 1, LOOP);
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
