// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.vfiouser;

import io.jvfio.benchmarks.Question;
import io.jvfio.benchmarks.WholeRun;
import io.jvfio.benchmarks.baseline.CLoop;
import io.jvfio.vfiouser.VfioUserDevice;
import io.jvfio.vfiouser.VfioUserLimits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
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
        return client.read.run(LOOP);
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public long c_client_write32(InC client) {
        return client.write.run(LOOP);
    }

    /** The server in C, on threads of the library until the process ends. */
    private static final class Echo {
        private final Path socket;
        private final long path;

        Echo() {
            try {
                socket = Files.createTempDirectory("jvfio-benchmark").resolve("device.sock");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            path = CLoop.text(socket.toString());
            if (CLoop.of("echo_start", path).run(1) != 0) {
                throw new IllegalStateException("the server at " + socket + " does not start");
            }
        }

        void forget() {
            try {
                Files.delete(socket);
                Files.delete(socket.getParent());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Our client. */
    @State(Scope.Thread)
    public static class Ours {
        private final Echo echo = new Echo();
        private final VfioUserDevice device = VfioUserDevice.connect(echo.socket, VfioUserLimits.defaults());

        /** Disconnects. */
        @TearDown
        public void close() {
            device.close();
            echo.forget();
        }
    }

    /** The client in C. */
    @State(Scope.Thread)
    public static class InC {
        private final Echo echo = new Echo();
        private final long connection = CLoop.of("client_connect", echo.path).run(1);
        private final CLoop read = CLoop.of("client_read32", connection, BAR, 0);
        private final CLoop write = CLoop.of("client_write32", connection, BAR, 0);

        /** The connection ends with the process. */
        @TearDown
        public void close() {
            echo.forget();
        }
    }
}
