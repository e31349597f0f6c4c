// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.run;

import io.jvfio.benchmarks.Question;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A program that measures, run to its end.
 *
 * <p>Threads: stateless.
 */
final class PeerProcess {
    private static final long END_SECONDS = 10;

    private PeerProcess() {}

    /**
     * What it writes to its standard output. Blocks; one that takes too long is ended with its descendants.
     *
     * @throws IllegalStateException if it fails or takes too long, with its last word
     */
    static String output(List<String> command, Duration limit) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("jvfio-peer");
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start();
            try {
                if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new IllegalStateException(
                            name(command) + " has not ended in " + limit.toSeconds() + " s" + lastWord(err, out));
                }
            } finally {
                end(process);
            }
            if (process.exitValue() != 0) {
                throw new IllegalStateException(
                        name(command) + " ended with " + process.exitValue() + lastWord(err, out));
            }
            return text(out);
        } finally {
            Files.deleteIfExists(out);
            Files.deleteIfExists(err);
            Files.delete(folder);
        }
    }

    /** The same for a class of this JAR that has a {@code main}. */
    static String output(Class<?> main, Duration limit, List<String> options, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), Question.NATIVE_ACCESS));
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        return output(command, limit);
    }

    private static void end(Process process) throws InterruptedException {
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
        if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }

    private static String name(List<String> command) {
        return Path.of(command.getFirst()).getFileName().toString();
    }

    private static String lastWord(Path... files) throws IOException {
        for (Path file : files) {
            List<String> lines =
                    text(file).lines().filter(line -> !line.isBlank()).toList();
            if (!lines.isEmpty()) {
                return ": " + lines.getLast().strip();
            }
        }
        return "";
    }

    /** Whatever the program's idea of characters is. */
    private static String text(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }
}
