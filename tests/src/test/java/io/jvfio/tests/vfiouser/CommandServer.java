// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.DeviceLocator;
import io.jvfio.cli.Jvfio;
import io.jvfio.tests.lab.LabJvm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A device that {@code jvfio serve} or {@code jvfio export} serves, in a process of its own.
 *
 * <p>Threads: one at a time.
 */
final class CommandServer implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 300;
    private static final long LOOK_NANOS = 5_000_000;

    private final Path folder;
    private final Path output;
    private final Process process;

    private CommandServer(Path folder, Path output, Process process) {
        this.folder = folder;
        this.output = output;
        this.process = process;
    }

    /**
     * Starts the command, and waits until it serves.
     *
     * @param words what its command line says, without the socket
     */
    static CommandServer start(List<String> words) throws IOException {
        Path folder = Files.createTempDirectory("jvfio-served");
        List<String> arguments = new ArrayList<>(words);
        arguments.addAll(List.of("--socket", folder.resolve("s").toString()));
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(LabJvm.command(Jvfio.class, List.of(), arguments))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        CommandServer server = new CommandServer(folder, output, process);
        server.awaitServing();
        return server;
    }

    private void awaitServing() {
        long end = System.nanoTime() + Duration.ofSeconds(PATIENCE_SECONDS).toNanos();
        while (!said().contains("is served")) {
            assertThat(process.isAlive() && System.nanoTime() - end < 0)
                    .as("the command listens: %s", said())
                    .isTrue();
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    /** All that the command has printed and logged until now. */
    String said() {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            throw new AssertionError("the output of the command cannot be read", e);
        }
    }

    Path socket() {
        return folder.resolve("s");
    }

    /** What a client opens. */
    DeviceLocator locator() {
        return DeviceLocator.parse("vfio-user:" + socket());
    }

    /** What its process holds now. */
    Holdings holdings() {
        return Holdings.of(process.pid());
    }

    /** What is alive in its heap, in bytes, after a collection; takes a moment. */
    long liveHeap() throws IOException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        Process asked = new ProcessBuilder(jcmd.toString(), Long.toString(process.pid()), "GC.class_histogram")
                .redirectErrorStream(true)
                .start();
        String answer = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String total = answer.lines()
                .filter(line -> line.startsWith("Total"))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no total of the heap: " + answer));
        return Long.parseLong(total.strip().replaceAll(".*\\s", ""));
    }

    /** Tells the command to end, which has to remove its socket, and is done then. */
    @Override
    public void close() throws IOException {
        process.destroy();
        boolean ended = ended();
        String said = said();
        Files.delete(output);
        assertThat(ended).as("the command ends: %s", said).isTrue();
        assertThat(process.exitValue())
                .as("the command is told to end: %s", said)
                .isZero();
        assertThat(socket()).doesNotExist();
        Files.delete(folder);
    }

    /** Whether it ends in time; it has ended in any case. */
    private boolean ended() {
        try {
            boolean inTime = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (!inTime) {
                process.destroyForcibly().waitFor();
            }
            return inTime;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while the command ended", e);
        }
    }
}
