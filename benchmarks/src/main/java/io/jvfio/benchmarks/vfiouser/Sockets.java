// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.vfiouser;

import io.jvfio.benchmarks.baseline.CLoop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where the servers of a benchmark listen.
 *
 * <p>Threads: stateless.
 */
final class Sockets {
    private Sockets() {}

    /** A path for a socket in a folder of its own. */
    static Path fresh() {
        try {
            return Files.createTempDirectory("jvfio-benchmark").resolve("device.sock");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts the server in C there; it runs on threads of the library until the process ends. */
    static Path withServerInC() {
        Path socket = fresh();
        if (CLoop.of("echo_start", text(socket)).run(1) != 0) {
            throw new IllegalStateException("the server at " + socket + " does not start");
        }
        return socket;
    }

    /** Connects a client in C, whose connection ends with the process. */
    static long connectInC(Path socket) {
        long connection = CLoop.of("client_connect", text(socket)).run(1);
        if (connection < 0) {
            throw new IllegalStateException("nobody listens at " + socket);
        }
        return connection;
    }

    /** Removes a path whose server goes on. */
    static void forget(Path socket) {
        try {
            Files.delete(socket);
            Files.delete(socket.getParent());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long text(Path socket) {
        return CLoop.text(socket.toString());
    }
}
