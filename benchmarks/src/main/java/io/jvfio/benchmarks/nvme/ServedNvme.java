// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.nvme;

import io.jvfio.DeviceLocator;
import io.jvfio.Vfio;
import io.jvfio.benchmarks.Question;
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
public final class ServedNvme implements AutoCloseable {
    private static final long END_SECONDS = 30;

    /** The name that SPDK looks for in a folder. */
    private static final String SOCKET = "cntrl";

    private final Path folder;
    private final Path socket;
    private final Process process;

    private ServedNvme(Path folder, Process process) {
        this.folder = folder;
        this.socket = folder.resolve(SOCKET);
        this.process = process;
    }

    /** Starts the process with this model, as {@code jvfio serve} takes it, and waits until it listens. */
    public static ServedNvme start(String model) {
        try {
            Path folder = Files.createTempDirectory("jvfio-benchmark");
            Process process = new ProcessBuilder(List.of(
                            ProcessHandle.current().info().command().orElse("java"),
                            Question.NATIVE_ACCESS,
                            "-cp",
                            System.getProperty("java.class.path"),
                            ServedNvme.class.getName(),
                            model,
                            folder.resolve(SOCKET).toString()))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            ServedNvme served = new ServedNvme(folder, process);
            // Its one line says that it listens.
            if (process.getInputStream().read() < 0) {
                served.close();
                throw new IllegalStateException("the served controller did not start");
            }
            return served;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The socket that it listens at. */
    public Path socket() {
        return socket;
    }

    /** What opens it. */
    DeviceLocator locator() {
        return DeviceLocator.parse("vfio-user:" + socket);
    }

    @Override
    public void close() {
        try {
            process.getOutputStream().close();
            if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
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

    /** The process: serves the model at the socket that its arguments name, to clients whose memory may be anything. */
    public static void main(String... arguments) throws IOException {
        try (Vfio context = Vfio.create();
                VfioDevice model =
                        context.openDevice(DeviceLocator.parse("model:" + arguments[0]), OpenOptions.defaults());
                VfioUserServer server = VfioUserServer.listen(
                        model,
                        Path.of(arguments[1]),
                        ServerOptions.defaults().withUnsealedMemory(ServerOptions.UnsealedMemory.MAP),
                        ServerListener.NONE)) {
            IO.println(server);
            while (System.in.read() >= 0) {
                // what it is told does not matter
            }
        }
    }
}
