// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.run;

import io.jvfio.benchmarks.nvme.LatencyRun;
import io.jvfio.benchmarks.run.Operation.Figure;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The latency of NVMe commands at queue depth 1 beside a thread that allocates, with two collectors. One process gives all
 * percentiles of a round: the first that is asked for runs it.
 *
 * <p>Threads: for one at a time.
 */
final class LatencyOperations {
    private static final String AREA = "nvme";
    private static final String NAME = "nvme_latency_beside_garbage";
    private static final List<String> PERCENTILES = List.of("50", "99", "99.99", "100");
    private static final Map<String, String> COLLECTORS =
            new TreeMap<>(Map.of("G1", "-XX:+UseG1GC", "ZGC", "-XX:+UseZGC"));
    private static final String MEBIBYTES_A_SECOND = "1024";

    /** The thread that drives and the one that allocates; the collector's come and go. */
    private static final int RUNNABLE = 2;

    private static final String SECONDS = "10";

    private LatencyOperations() {}

    static List<Operation> all() {
        List<Operation> operations = new ArrayList<>();
        COLLECTORS.forEach((name, option) -> {
            List<List<Double>> rounds = new ArrayList<>();
            for (int i = 0; i < PERCENTILES.size(); i++) {
                int index = i;
                int[] round = {0};
                operations.add(new Operation(
                        AREA,
                        NAME,
                        "collector=" + name + " threads=" + RUNNABLE + " cores="
                                + Runtime.getRuntime().availableProcessors() + " percentile=" + PERCENTILES.get(i),
                        () -> {
                            int mine = round[0]++;
                            if (mine == rounds.size()) {
                                rounds.add(run(option));
                            }
                            return new Figure(rounds.get(mine).get(index), Figure.UNKNOWN);
                        },
                        null));
            }
        });
        return operations;
    }

    private static List<Double> run(String collector) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                collector,
                "-Xmx1g",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                LatencyRun.class.getName(),
                MEBIBYTES_A_SECOND,
                SECONDS));
        command.addAll(PERCENTILES);
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<Double> figures = new ArrayList<>();
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            lines.lines().forEach(line -> figures.add(Double.parseDouble(line)));
        }
        if (process.waitFor() != 0 || figures.size() != PERCENTILES.size()) {
            throw new IllegalStateException("the process with " + collector + " ended with " + process.exitValue());
        }
        return figures;
    }
}
