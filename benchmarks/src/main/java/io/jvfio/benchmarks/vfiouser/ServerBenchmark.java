// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.vfiouser;

import io.jvfio.DeviceLocator;
import io.jvfio.Vfio;
import io.jvfio.benchmarks.Question;
import io.jvfio.benchmarks.WholeRun;
import io.jvfio.benchmarks.baseline.CLoop;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.VfioDevice;
import io.jvfio.vfiouser.server.ServerListener;
import io.jvfio.vfiouser.server.ServerOptions;
import io.jvfio.vfiouser.server.VfioUserServer;
import java.nio.file.Path;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What does a register cost over a vfio-user socket, with our server of edu's model and one in C that does nothing? The
 * client is in C both times. Writes go one to a message, and 16 to a message.
 */
public class ServerBenchmark extends Question {
    private static final int LOOP = 160;

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public long server_read32(Ours server) {
        return server.read.checked(LOOP);
    }

    @Benchmark
    @WholeRun
    @OperationsPerInvocation(LOOP)
    public long server_write32(Ours server) {
        return server.write.checked(LOOP);
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public long server_write_multi(Ours server) {
        return server.multi.checked(LOOP);
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public long c_server_read32(InC server) {
        return server.read.checked(LOOP);
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public long c_server_write32(InC server) {
        return server.write.checked(LOOP);
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public long c_server_write_multi(InC server) {
        return server.multi.checked(LOOP);
    }

    /** A connected client in C. */
    abstract static class Client {
        private static final int BAR = 0;

        /** The register of edu that keeps what it is given. */
        private static final int REGISTER = 4;

        final CLoop read;
        final CLoop write;
        final CLoop multi;

        Client(Path socket) {
            long connection = Sockets.connectInC(socket);
            read = CLoop.of("client_read32", connection, BAR, REGISTER);
            write = CLoop.of("client_write32", connection, BAR, REGISTER);
            multi = CLoop.of("client_write_multi", connection, BAR, REGISTER);
        }
    }

    /** Our server. */
    @State(Scope.Thread)
    public static class Ours extends Client {
        private final Serving serving;

        /** Starts it and connects. */
        public Ours() {
            this(new Serving(Sockets.fresh()));
        }

        private Ours(Serving serving) {
            super(serving.socket);
            this.serving = serving;
        }

        /** Ends it. */
        @TearDown
        public void close() {
            serving.close();
        }
    }

    private static final class Serving {
        private final Path socket;
        private final Vfio context = Vfio.create();
        private final VfioDevice model = context.openDevice(DeviceLocator.parse("model:edu"), OpenOptions.defaults());
        private final VfioUserServer server;

        Serving(Path socket) {
            this.socket = socket;
            server = VfioUserServer.listen(model, socket, ServerOptions.defaults(), ServerListener.NONE);
        }

        void close() {
            server.close();
            model.close();
            context.close();
        }
    }

    /** The server in C. */
    @State(Scope.Thread)
    public static class InC extends Client {
        private final Path socket;

        /** Starts it and connects. */
        public InC() {
            this(Sockets.withServerInC());
        }

        private InC(Path socket) {
            super(socket);
            this.socket = socket;
        }

        /** Removes the path. */
        @TearDown
        public void close() {
            Sockets.forget(socket);
        }
    }
}
