// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.run;

import io.jvfio.benchmarks.baseline.Baseline;
import io.jvfio.benchmarks.dma.VfioFunction;
import io.jvfio.benchmarks.run.Operation.Figure;
import io.jvfio.benchmarks.run.Operation.Side;
import io.jvfio.benchmarks.run.PeerOperations.LeftOut;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The process behind {@code jvfio bench}: measures, and tells lines of words with tabs between them on standard output.
 *
 * <pre>
 * note     TEXT                                           what the user should know
 * plan     MEASUREMENTS                                   how many there will be
 * found    AREA OPERATION PARAMETERS SIDES                with --list, and nothing else
 * figure   AREA OPERATION PARAMETERS SIDE NANOS BYTES     one measurement; SIDE is java, or c or the program beside it
 * failed   AREA OPERATION PARAMETERS SIDE TEXT            one that did not come about
 * </pre>
 *
 * Arguments: {@code --quick}, {@code --list}, {@code --rounds=N}, {@code --only=WORD} again and again.
 *
 * <p>Threads: for one at a time.
 */
public final class Bench {
    private static final String JAVA = "java";
    private static final String C = "c";

    private final PrintStream out;
    private final Effort effort;

    private Bench(PrintStream out, Effort effort) {
        this.out = out;
        this.effort = effort;
    }

    /** Runs. */
    public static void main(String... arguments) throws Exception {
        boolean quick = false;
        boolean list = false;
        int rounds = 0;
        List<String> only = new ArrayList<>();
        for (String argument : arguments) {
            switch (argument.substring(0, argument.indexOf('=') + 1)) {
                case "--rounds=" -> rounds = Integer.parseInt(argument.substring("--rounds=".length()));
                case "--only=" -> only.add(argument.substring("--only=".length()));
                default -> {
                    quick |= argument.equals("--quick");
                    list |= argument.equals("--list");
                }
            }
        }
        Path jar = Path.of(
                Bench.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        PrintStream out = System.out;
        // What JMH has to say is for people.
        System.setOut(System.err);
        new Bench(out, Effort.of(quick, rounds)).run(jar, only, list);
    }

    private void run(Path jar, List<String> only, boolean list) {
        Path target = jar.resolveSibling("baseline");
        Path baseline = baseline(target);
        boolean withVfio = VfioFunction.first().isPresent();
        if (!withVfio) {
            tell(
                    "note",
                    "maps by the kernel are left out: there is no function here that VFIO has and this user may open");
        }
        List<Operation> operations = new ArrayList<>(new JmhOperations(effort, baseline, withVfio).all());
        PeerOperations peers = new PeerOperations(effort, PeerSetting.of(System.getenv()));
        operations.addAll(peers.all());
        Map<String, List<String>> leftOut = peers.leftOut().stream()
                .filter(one -> only.isEmpty() || only.stream().anyMatch(one::matches))
                .collect(Collectors.groupingBy(
                        LeftOut::why, LinkedHashMap::new, Collectors.mapping(LeftOut::name, Collectors.toList())));
        leftOut.forEach((why, names) -> tell("note", "left out, " + why + ": " + String.join(", ", names)));
        Path checkout = jar.resolveSibling("../..").normalize();
        operations.addAll(new StartOperations(checkout.resolve("jvfio")).all());
        if (!effort.quick()) {
            operations.addAll(LatencyOperations.all());
        }
        operations.removeIf(operation -> !only.isEmpty() && only.stream().noneMatch(operation::matches));
        if (list) {
            for (Operation operation : operations) {
                tell("found", operation, operation.c() == null ? JAVA : JAVA + " " + C);
            }
            return;
        }
        tell(
                "plan",
                operations.stream().mapToInt(each -> each.c() == null ? 1 : 2).sum() * effort.rounds());
        for (Operation operation : operations) {
            for (int round = 0; round < effort.rounds(); round++) {
                if (!measured(operation, JAVA, operation.java()) || !measured(operation, C, operation.c())) {
                    break;
                }
            }
        }
    }

    /** The library: compiled before, or now; null with a note if it cannot be. */
    private @Nullable Path baseline(Path folder) {
        try {
            return Baseline.compiled(folder).orElseGet(() -> {
                boolean writable = Files.isWritable(Files.exists(folder) ? folder : folder.getParent());
                return writable ? Baseline.compile(folder) : Baseline.library();
            });
        } catch (IllegalStateException e) {
            tell("note", "the sides in C are left out: " + e.getMessage());
            return null;
        }
    }

    /** False if the rest of its rounds is in vain. */
    private boolean measured(Operation operation, String name, @Nullable Side side) {
        if (side == null) {
            return true;
        }
        try {
            Figure figure = side.measure();
            tell(
                    "figure",
                    operation,
                    name,
                    String.format(Locale.ROOT, "%.4f", figure.nanos()),
                    String.format(Locale.ROOT, "%.4f", figure.bytes()));
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (Exception e) {
            String message = String.valueOf(e.getMessage());
            tell("failed", operation, name, message.lines().findFirst().orElse("") + cause(e));
            return false;
        }
    }

    private static String cause(Exception failure) {
        Throwable cause = failure.getCause();
        return cause == null
                ? ""
                : " (" + String.valueOf(cause).lines().findFirst().orElse("") + ")";
    }

    private void tell(String kind, Operation operation, String... more) {
        List<Object> words = new ArrayList<>(List.of(operation.area(), operation.name(), operation.parameters()));
        words.addAll(List.of(more));
        tell(kind, words.toArray());
    }

    private void tell(String kind, Object... words) {
        StringBuilder line = new StringBuilder(kind);
        for (Object word : words) {
            line.append('\t').append(String.valueOf(word).replace('\t', ' ').replace('\n', ' '));
        }
        out.println(line);
        out.flush();
    }
}
