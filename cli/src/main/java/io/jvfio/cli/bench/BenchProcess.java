// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.bench;

import io.jvfio.cli.command.CommandFailure;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The process that measures: the benchmarks have a JAR of their own, as they bring JMH and stand outside of all modules.
 * {@code io.jvfio.benchmarks.run.Bench} says what its lines mean.
 *
 * <p>Threads: for one at a time.
 */
final class BenchProcess {
    private static final String JAR = "benchmarks.jar";

    /** It starts others and takes their figures: nothing of it becomes hot, or has to. */
    private static final List<String> SMALL = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

    private static final long END_SECONDS = 10;

    private BenchProcess() {}

    /**
     * Runs it to its end, and ends it if this thread is interrupted or a line cannot be taken.
     *
     * @param arguments what it understands
     * @param lines takes each line, as its words
     * @throws CommandFailure if there is no JAR, or it ends with a failure
     */
    static void run(List<String> arguments, Consumer<List<String>> lines) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow"));
        command.addAll(SMALL);
        command.addAll(List.of("-jar", jar().toString()));
        command.addAll(arguments);
        try {
            Path said = Files.createTempFile("jvfio-bench", ".log");
            Process process =
                    new ProcessBuilder(command).redirectError(said.toFile()).start();
            try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
                for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                    lines.accept(List.of(line.split("\t", -1)));
                }
                int status = process.waitFor();
                if (status != 0) {
                    throw new CommandFailure("the benchmarks ended with " + status + ": " + last(said));
                }
            } finally {
                end(process);
                Files.deleteIfExists(said);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure("interrupted");
        }
    }

    /** Its forks end with it: they find nobody at the other end. */
    private static void end(Process process) throws IOException {
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
        try {
            if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
    }

    private static String last(Path said) throws IOException {
        List<String> all = Files.readAllLines(said);
        return all.isEmpty() ? "it said nothing" : all.getLast();
    }

    /** In the checkout that the command runs from. */
    private static Path jar() {
        try {
            Path own = Path.of(BenchProcess.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            Path jar =
                    own.resolveSibling("../../benchmarks/target").resolve(JAR).normalize();
            if (!Files.isRegularFile(jar)) {
                throw new CommandFailure("the benchmarks are not built, there is no " + jar
                        + ": './jvfio bench' of a checkout builds them");
            }
            return jar;
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
