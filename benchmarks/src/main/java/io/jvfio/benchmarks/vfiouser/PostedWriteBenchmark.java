// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.vfiouser;

import io.jvfio.benchmarks.Question;
import io.jvfio.benchmarks.baseline.CLoop;
import io.jvfio.carrier.ForwardingDevice;
import io.jvfio.device.PostedRegisters;
import io.jvfio.device.VfioDevice;
import io.jvfio.vfiouser.VfioUserDevice;
import io.jvfio.vfiouser.VfioUserLimits;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What does a posted write of a register cost over a vfio-user socket where it is a store and a signal of an eventfd, with
 * our client and one in C on a server in C, and with our server and one in C under a client in C? Beside
 * {@link ClientBenchmark#client_write32}, a message each, and {@link ServerBenchmark#server_write_multi}, a message for
 * sixteen. Behind so many writes comes a read, which finds them done.
 */
public class PostedWriteBenchmark extends Question {
    private static final int LOOP = 160;
    private static final int BAR = 0;

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public long client_signal32(OurClient client) {
        for (int i = 0; i < LOOP; i++) {
            client.device.writeRegister(BAR, OurClient.POSTED, Integer.BYTES, i);
        }
        return client.device.readRegister(BAR, OurClient.POSTED, Integer.BYTES);
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public long c_client_signal32(ClientInC client) {
        return client.write.checked(LOOP);
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public long server_signal32(OurServer server) {
        return server.write.checked(LOOP);
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public long c_server_signal32(ClientInC server) {
        return server.write.checked(LOOP);
    }

    /** Our client, on the server in C. */
    @State(Scope.Thread)
    public static class OurClient {
        /** The register that the server in C has for it. */
        private static final long POSTED = 64;

        private final Path socket = Sockets.withServerInC();
        private final VfioUserDevice device =
                VfioUserDevice.connect(socket, VfioUserLimits.defaults().withPosting(VfioUserLimits.Posting.ALWAYS));

        /** Disconnects. */
        @TearDown
        public void close() {
            device.close();
            Sockets.forget(socket);
        }
    }

    /** The client in C, on the server in C. */
    @State(Scope.Thread)
    public static class ClientInC {
        private final Path socket = Sockets.withServerInC();
        private final CLoop write = posting(socket);

        /** Removes the path. */
        @TearDown
        public void close() {
            Sockets.forget(socket);
        }
    }

    /** The client in C, on our server. */
    @State(Scope.Thread)
    public static class OurServer {
        private final Serving serving = new Serving(Sockets.fresh(), Doorbell::new);
        private final CLoop write = posting(serving.socket());

        /** Ends it. */
        @TearDown
        public void close() {
            serving.close();
        }
    }

    private static CLoop posting(Path socket) {
        long connection = Sockets.connectInC(socket);
        long posted = CLoop.of("client_ask_posted", connection, BAR).run(1);
        if (posted == 0) {
            throw new IllegalStateException("no register of " + socket + " is posted");
        }
        return CLoop.of("client_signal32", connection, BAR, Serving.REGISTER, posted);
    }

    /** Edu, whose register that keeps what it is given is posted. */
    private static final class Doorbell extends ForwardingDevice {
        private static final PostedRegisters POSTED = region ->
                region == BAR ? List.of(new PostedRegisters.Register(Serving.REGISTER, Integer.BYTES)) : List.of();

        Doorbell(VfioDevice edu) {
            super(edu);
        }

        @Override
        public <T> Optional<T> ability(Class<T> type) {
            return type == PostedRegisters.class ? Optional.of(type.cast(POSTED)) : super.ability(type);
        }
    }
}
