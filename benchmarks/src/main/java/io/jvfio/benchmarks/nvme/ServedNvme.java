// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.nvme;

import io.jvfio.DeviceLocator;
import io.jvfio.Vfio;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.VfioDevice;
import io.jvfio.vfiouser.server.ServerListener;
import io.jvfio.vfiouser.server.ServerOptions;
import io.jvfio.vfiouser.server.VfioUserServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A process that serves a model of an NVMe controller at a socket until its standard input ends.
 *
 * <p>Threads: for one at a time.
 */
final class ServedNvme implements AutoCloseable {
    private static final long START_SECONDS = 30;

    private final Path folder;
    private final Path socket;
    private final Process process;

    /** Starts the process and waits until it listens. */
    ServedNvme() {
        try {
            folder = Files.createTempDirectory("jvfio-benchmark");
            socket = folder.resolve("nvme.sock");
            process = new ProcessBuilder(List.of(
                            ProcessHandle.current().info().command().orElse("java"),
                            "--enable-native-access=ALL-UNNAMED",
                            "-cp",
                            System.getProperty("java.class.path"),
                            ServedNvme.class.getName(),
                            socket.toString()))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
            // Its one line says that it listens.
            if (process.getInputStream().read() < 0 || System.nanoTime() > end) {
                throw new IllegalStateException("the served controller did not start");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where it listens. */
    Path socket() {
        return socket;
    }

    @Override
    public void close() {
        try {
            process.getOutputStream().close();
            if (!process.waitFor(START_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            Files.deleteIfExists(socket);
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The process: serves at the socket that its argument names. */
    public static void main(String... arguments) throws IOException {
        try (Vfio context = Vfio.create();
                VfioDevice model = context.openDevice(
                        DeviceLocator.parse("model:nvme?size=64MiB&doorbells=trapped"), OpenOptions.defaults());
                VfioUserServer server = VfioUserServer.listen(
                        model, Path.of(arguments[0]), ServerOptions.defaults(), ServerListener.NONE)) {
            IO.println(server);
            while (System.in.read() >= 0) {
                // what it is told does not matter
            }
        }
    }
}
