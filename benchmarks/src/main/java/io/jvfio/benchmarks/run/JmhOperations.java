// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.run;

import io.jvfio.benchmarks.NeedsVfio;
import io.jvfio.benchmarks.Question;
import io.jvfio.benchmarks.WholeRun;
import io.jvfio.benchmarks.baseline.Baseline;
import io.jvfio.benchmarks.run.Operation.Figure;
import io.jvfio.benchmarks.run.Operation.Side;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * The benchmarks as operations with two sides. Each measurement is a fork of its own.
 *
 * <p>Threads: for one at a time.
 */
final class JmhOperations {
    /** JMH uses what the JVM complains about otherwise. */
    private static final String FOR_JMH = "--sun-misc-unsafe-memory-access=allow";

    private static final String ALLOCATED = "gc.alloc.rate.norm";

    private final Effort effort;
    private final @Nullable Path baseline;
    private final boolean withVfio;

    /**
     * The operations, measured with this effort.
     *
     * @param baseline the library in C, or null for the sides of Java alone
     * @param withVfio whether there is a function that VFIO has
     */
    JmhOperations(Effort effort, @Nullable Path baseline, boolean withVfio) {
        this.effort = effort;
        this.baseline = baseline;
        this.withVfio = withVfio;
    }

    List<Operation> all() {
        Set<BenchmarkListEntry> entries = BenchmarkList.defaultList()
                .getAll(OutputFormatFactory.createFormatInstance(System.err, VerboseMode.SILENT), List.of());
        Map<String, BenchmarkListEntry> byName = new TreeMap<>();
        entries.forEach(entry -> byName.put(entry.getUsername(), entry));
        List<Operation> operations = new ArrayList<>();
        for (BenchmarkListEntry entry : byName.values()) {
            String type = entry.getUserClassQName();
            String method = entry.getUsername().substring(type.length() + 1);
            if (!method.startsWith(Question.IN_C) && isTaken(type, method)) {
                BenchmarkListEntry inC = byName.get(type + "." + Question.IN_C + method);
                for (Map<String, String> parameters : combinations(entry)) {
                    operations.add(new Operation(
                            area(type),
                            method,
                            text(parameters),
                            side(entry, parameters),
                            inC == null || baseline == null ? null : side(inC, parameters)));
                }
            }
        }
        return operations;
    }

    private boolean isTaken(String type, String method) {
        try {
            Class<?> question = Class.forName(type);
            if (!withVfio && question.isAnnotationPresent(NeedsVfio.class)) {
                return false;
            }
            boolean forWholeRun = question.isAnnotationPresent(WholeRun.class)
                    || Arrays.stream(question.getMethods())
                            .anyMatch(
                                    each -> each.getName().equals(method) && each.isAnnotationPresent(WholeRun.class));
            return !effort.quick() || !forWholeRun;
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String area(String type) {
        String folder = type.substring(0, type.lastIndexOf('.'));
        return folder.substring(folder.lastIndexOf('.') + 1);
    }

    private static String text(Map<String, String> parameters) {
        return String.join(
                " ",
                parameters.entrySet().stream()
                        .map(entry -> entry.getKey() + "=" + entry.getValue())
                        .toList());
    }

    /** All values of each parameter with all of the others; in a quick run the value in the middle alone. */
    private List<Map<String, String>> combinations(BenchmarkListEntry entry) {
        List<Map<String, String>> all = new ArrayList<>(List.of(new LinkedHashMap<>()));
        if (entry.getParams().hasValue()) {
            new TreeMap<>(entry.getParams().get()).forEach((name, values) -> {
                List<Map<String, String>> before = List.copyOf(all);
                all.clear();
                List<String> taken = effort.quick() ? List.of(values[values.length / 2]) : List.of(values);
                for (Map<String, String> each : before) {
                    for (String value : taken) {
                        Map<String, String> more = new LinkedHashMap<>(each);
                        more.put(name, value);
                        all.add(more);
                    }
                }
            });
        }
        return all;
    }

    private Side side(BenchmarkListEntry entry, Map<String, String> parameters) {
        return () -> measure(entry, parameters);
    }

    private Figure measure(BenchmarkListEntry entry, Map<String, String> parameters) throws RunnerException {
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include("^" + Pattern.quote(entry.getUsername()) + "$")
                .forks(1)
                .addProfiler(GCProfiler.class)
                .verbosity(VerboseMode.SILENT)
                .shouldFailOnError(true);
        List<String> jvm = new ArrayList<>(List.of(Question.NATIVE_ACCESS, Question.YOUNG, FOR_JMH));
        if (baseline != null) {
            jvm.add("-D" + Baseline.PROPERTY + "=" + baseline);
        }
        // Those of this process are not for what measures.
        options.jvmArgs(jvm.toArray(String[]::new));
        if (entry.getMode() != Mode.SingleShotTime) {
            options.warmupIterations(Effort.WARM_UPS)
                    .warmupTime(effort.warmUp())
                    .measurementIterations(effort.iterations())
                    .measurementTime(effort.time());
        }
        parameters.forEach(options::param);
        Collection<RunResult> results = new Runner(options.build()).run();
        if (results.size() != 1) {
            throw new IllegalStateException(entry.getUsername() + " gave " + results.size() + " results");
        }
        RunResult result = results.iterator().next();
        List<IterationResult> iterations = result.getBenchmarkResults().stream()
                .flatMap(run -> run.getIterationResults().stream())
                .toList();
        double[] nanos = iterations.stream()
                .mapToDouble(iteration -> iteration.getPrimaryResult().getScore())
                .sorted()
                .toArray();
        return new Figure(
                nanos[nanos.length / 2],
                iterations.stream().mapToDouble(JmhOperations::allocated).min().orElse(Figure.UNKNOWN));
    }

    /** What JMH itself allocates in an iteration is in it, spread over all operations; the smallest of all has least of it. */
    private static double allocated(IterationResult iteration) {
        Result<?> figure = iteration.getSecondaryResults().get(ALLOCATED);
        return figure == null ? Figure.UNKNOWN : figure.getScore();
    }
}
