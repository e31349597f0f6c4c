// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.run;

import io.jvfio.benchmarks.nvme.LatencyRun;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The latency of NVMe commands at queue depth 1 beside a thread that allocates, with two collectors. One process gives all
 * percentiles of a round.
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
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private LatencyOperations() {}

    static List<Operation> all() {
        List<Operation> operations = new ArrayList<>();
        COLLECTORS.forEach((name, option) -> {
            SharedRounds rounds = new SharedRounds(() -> run(option));
            for (int i = 0; i < PERCENTILES.size(); i++) {
                operations.add(new Operation(
                        AREA,
                        NAME,
                        "collector=" + name + " threads=" + RUNNABLE + " cores="
                                + Runtime.getRuntime().availableProcessors() + " percentile=" + PERCENTILES.get(i),
                        rounds.side(i),
                        null));
            }
        });
        return operations;
    }

    private static List<Double> run(String collector) throws IOException, InterruptedException {
        String[] arguments = Stream.concat(Stream.of(MEBIBYTES_A_SECOND, SECONDS), PERCENTILES.stream())
                .toArray(String[]::new);
        List<Double> figures = PeerProcess.output(LatencyRun.class, LIMIT, List.of(collector, "-Xmx1g"), arguments)
                .lines()
                .map(Double::valueOf)
                .toList();
        if (figures.size() != PERCENTILES.size()) {
            throw new IllegalStateException("the process with " + collector + " gave " + figures);
        }
        return figures;
    }
}
