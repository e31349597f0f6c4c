// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.run;

import io.jvfio.benchmarks.run.Operation.Figure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The start of the command, from the launcher to its end, as a user waits for it.
 *
 * <p>Threads: for one at a time.
 */
final class StartOperations {
    private static final String AREA = "start";
    private static final int STARTS = 5;
    private static final long LONGEST_SECONDS = 60;

    private final Path launcher;

    StartOperations(Path launcher) {
        this.launcher = launcher;
    }

    /** None where there is no launcher. */
    List<Operation> all() {
        if (!Files.isExecutable(launcher)) {
            return List.of();
        }
        return List.of(operation("jvfio_help", "--help"), operation("jvfio_list", "list"));
    }

    private Operation operation(String name, String... arguments) {
        List<String> command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(List.of(arguments));
        return new Operation(AREA, name, "", () -> measure(command), null);
    }

    private static Figure measure(List<String> command) throws IOException, InterruptedException {
        double[] nanos = new double[STARTS];
        for (int i = 0; i < STARTS; i++) {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD);
            builder.environment().put("JVFIO_BUILD", "never");
            long start = System.nanoTime();
            Process process = builder.start();
            if (!process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IllegalStateException(String.join(" ", command) + " does not end well");
            }
            nanos[i] = System.nanoTime() - start;
        }
        Arrays.sort(nanos);
        return new Figure(nanos[STARTS / 2], Figure.UNKNOWN);
    }
}
