// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.vfiouser;

import io.jvfio.benchmarks.Question;
import io.jvfio.benchmarks.WholeRun;
import io.jvfio.benchmarks.baseline.CLoop;
import io.jvfio.vfiouser.VfioUserDevice;
import io.jvfio.vfiouser.VfioUserLimits;
import java.nio.file.Path;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What does a register cost over a vfio-user socket, with our client and one in C? The server, on another thread, is in C
 * both times. The kernel's switches between the two are the most of it.
 */
public class ClientBenchmark extends Question {
    private static final int LOOP = 100;
    private static final int BAR = 0;

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public long client_read32(Ours client) {
        long sum = 0;
        for (int i = 0; i < LOOP; i++) {
            sum += client.device.readRegister(BAR, 0, Integer.BYTES);
        }
        return sum;
    }

    @Benchmark
    @WholeRun
    @OperationsPerInvocation(LOOP)
    public void client_write32(Ours client) {
        for (int i = 0; i < LOOP; i++) {
            client.device.writeRegister(BAR, 0, Integer.BYTES, i);
        }
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public long c_client_read32(InC client) {
        return client.read.checked(LOOP);
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public long c_client_write32(InC client) {
        return client.write.checked(LOOP);
    }

    /** Our client. */
    @State(Scope.Thread)
    public static class Ours {
        private final Path socket = Sockets.withServerInC();
        private final VfioUserDevice device = VfioUserDevice.connect(socket, VfioUserLimits.defaults());

        /** Disconnects. */
        @TearDown
        public void close() {
            device.close();
            Sockets.forget(socket);
        }
    }

    /** The client in C. */
    @State(Scope.Thread)
    public static class InC {
        private final Path socket = Sockets.withServerInC();
        private final long connection = Sockets.connectInC(socket);
        private final CLoop read = CLoop.of("client_read32", connection, BAR, 0);
        private final CLoop write = CLoop.of("client_write32", connection, BAR, 0);

        /** Removes the path. */
        @TearDown
        public void close() {
            Sockets.forget(socket);
        }
    }
}
