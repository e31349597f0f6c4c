// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.vfiouser;

import io.jvfio.DeviceLocator;
import io.jvfio.Vfio;
import io.jvfio.benchmarks.baseline.CBaseline;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.VfioDevice;
import io.jvfio.vfiouser.VfioUserDevice;
import io.jvfio.vfiouser.VfioUserLimits;
import io.jvfio.vfiouser.server.ServerListener;
import io.jvfio.vfiouser.server.ServerOptions;
import io.jvfio.vfiouser.server.VfioUserServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

/**
 * The read of a register over a vfio-user socket: client and server in C, the client here and the same server, and both
 * here. The kernel's switches between two threads are the most of it, so the differences count.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 3, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 10, time = 1)
public class RegisterOverSocketBenchmark {
    private static final int LOOP = 100;
    private static final int BAR = 0;

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public long read32(EchoServer echo) {
        return readLoop(echo.device);
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public int c_read32(EchoServer echo) {
        return echo.loops.regionRead32(echo.connection, LOOP);
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public long read32_of_a_served_model(ModelServer model) {
        return readLoop(model.client);
    }

    private static long readLoop(VfioDevice device) {
        long sum = 0;
        for (int i = 0; i < LOOP; i++) {
            sum += device.readRegister(BAR, 0, Integer.BYTES);
        }
        return sum;
    }

    /** The server in C, with a client in C and one here. */
    @State(Scope.Thread)
    public static class EchoServer {
        private final CBaseline loops = CBaseline.compile();
        private final Path socket = socket();
        private final int connection;
        private final VfioUserDevice device;

        /** Starts and connects. */
        public EchoServer() {
            loops.startEcho(socket);
            connection = loops.connectEcho(socket);
            device = VfioUserDevice.connect(socket, VfioUserLimits.defaults());
        }

        /** Ends the client here. The server's threads run in the library until the process ends, so that stays. */
        @TearDown
        public void close() throws IOException {
            device.close();
            Files.delete(socket);
        }
    }

    /** The server here, with a model. */
    @State(Scope.Thread)
    public static class ModelServer {
        private final Vfio context = Vfio.create();
        private final VfioDevice model = context.openDevice(DeviceLocator.parse("model:edu"), OpenOptions.defaults());
        private final VfioUserServer server;
        private final VfioUserDevice client;

        /** Starts and connects. */
        public ModelServer() {
            Path socket = socket();
            server = VfioUserServer.listen(model, socket, ServerOptions.defaults(), ServerListener.NONE);
            client = VfioUserDevice.connect(socket, VfioUserLimits.defaults());
        }

        /** Ends all of it. */
        @TearDown
        public void close() {
            client.close();
            server.close();
            model.close();
            context.close();
        }
    }

    private static Path socket() {
        try {
            return Files.createTempDirectory("jvfio-benchmark").resolve("device.sock");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
