// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.vfiouser;

import io.jvfio.benchmarks.Question;
import io.jvfio.benchmarks.WholeRun;
import io.jvfio.benchmarks.baseline.CLoop;
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

        final CLoop read;
        final CLoop write;
        final CLoop multi;

        Client(Path socket) {
            long connection = Sockets.connectInC(socket);
            read = CLoop.of("client_read32", connection, BAR, Serving.REGISTER);
            write = CLoop.of("client_write32", connection, BAR, Serving.REGISTER);
            multi = CLoop.of("client_write_multi", connection, BAR, Serving.REGISTER);
        }
    }

    /** Our server. */
    @State(Scope.Thread)
    public static class Ours extends Client {
        private final Serving serving;

        /** Starts it and connects. */
        public Ours() {
            this(new Serving(Sockets.fresh(), edu -> edu));
        }

        private Ours(Serving serving) {
            super(serving.socket());
            this.serving = serving;
        }

        /** Ends it. */
        @TearDown
        public void close() {
            serving.close();
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
