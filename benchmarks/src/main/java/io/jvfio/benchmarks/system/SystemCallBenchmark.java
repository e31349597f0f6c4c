// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.system;

import io.jvfio.benchmarks.Question;
import io.jvfio.benchmarks.baseline.CLoop;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.internal.sys.ThreadMemory;
import java.lang.foreign.MemorySegment;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What does an ioctl cost that has next to nothing to do? Here it asks a socket how much can be read. */
public class SystemCallBenchmark extends Question {
    private static final int LOOP = 1000;
    private static final long FIONREAD = 0x541b;

    private final Asked asked = new Asked();
    private final MemorySegment answer = ThreadMemory.current().scratch();

    /** Closes the socket. */
    @TearDown
    public void close() {
        asked.socket.close();
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public int system_call_ioctl() {
        int sum = 0;
        for (int i = 0; i < LOOP; i++) {
            sum += asked.socket.ioctl(FIONREAD, answer);
        }
        return sum;
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public long c_system_call_ioctl(InC c) {
        return c.ioctl.run(LOOP);
    }

    private static final class Asked {
        private static final int AF_UNIX = 1;
        private static final int SOCK_DGRAM = 2;

        private final SystemCalls sys = SystemCalls.linux();
        private final Descriptor socket =
                Descriptor.of(sys, sys.socket(AF_UNIX, SOCK_DGRAM, 0), "socket", "a socket of the benchmark");
    }

    /** The same in C. */
    @State(Scope.Thread)
    public static class InC {
        private final Asked asked = new Asked();
        private final CLoop ioctl = CLoop.of("system_call_ioctl", asked.socket.acquire());

        /** Closes the socket. */
        @TearDown
        public void close() {
            asked.socket.release();
            asked.socket.close();
        }
    }
}
