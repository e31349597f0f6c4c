// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.tests.lab.LabDevices;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Runs {@link DecodingProbe} in each way in which HotSpot executes code. A JVM takes its time in software emulation, so
 * two are at work, on an edu each.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class DecodingOffKernelIT {
    private static final int PATIENCE_SECONDS = 100;

    enum Execution {
        INTERPRETER("-Xint", LabDevices.EDU, 0),
        C1("-XX:TieredStopAtLevel=1", LabDevices.GROUPED_EDU, 5400),
        C2("-XX:-TieredCompilation", LabDevices.EDU, 5400),
        TIERED("-XX:TieredStopAtLevel=4", LabDevices.GROUPED_EDU, 5400);

        private final String option;
        private final String device;
        private final int warmUp;

        Execution(String option, String device, int warmUp) {
            this.option = option;
            this.device = device;
            this.warmUp = warmUp;
        }
    }

    private record Outcome(int exitCode, String output) {}

    private final Map<Execution, CompletableFuture<Outcome>> outcomes = new EnumMap<>(Execution.class);
    private final Set<Process> running = ConcurrentHashMap.newKeySet();

    @BeforeAll
    void start() {
        for (Execution execution : EnumSet.complementOf(EnumSet.of(Execution.C2))) {
            outcomes.put(execution, new CompletableFuture<>());
        }
        Thread.ofPlatform().daemon().start(() -> run(List.of(Execution.INTERPRETER)));
        Thread.ofPlatform().daemon().start(() -> run(List.of(Execution.C1, Execution.TIERED)));
    }

    @AfterAll
    void end() {
        running.forEach(Process::destroyForcibly);
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "C2")
    void registers_that_do_not_decode_are_explained_and_the_jvm_lives(Execution execution)
            throws InterruptedException, ExecutionException, TimeoutException {
        assertSurvived(execution, outcomes.get(execution).get(PATIENCE_SECONDS, TimeUnit.SECONDS));
    }

    /** A JVM with C2 alone takes most of a minute there; the tiered one has it too. */
    @Test
    @Tag("long")
    void the_jvm_lives_with_code_of_c2_alone() throws Exception {
        // Its edu is the interpreter's until that has ended.
        outcomes.get(Execution.INTERPRETER).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertSurvived(Execution.C2, run(Execution.C2));
    }

    private static void assertSurvived(Execution execution, Outcome outcome) {
        assertThat(outcome.output).contains("survived");
        assertThat(outcome.exitCode).isZero();
        assertThat(outcome.output.contains(DecodingProbe.class.getName() + "::magic ("))
                .as("%s compiles the code", execution)
                .isEqualTo(execution.warmUp > 0);
    }

    private void run(List<Execution> executions) {
        for (Execution execution : executions) {
            CompletableFuture<Outcome> outcome = outcomes.get(execution);
            try {
                outcome.complete(run(execution));
            } catch (IOException | InterruptedException e) {
                outcome.completeExceptionally(e);
            }
        }
    }

    private Outcome run(Execution execution) throws IOException, InterruptedException {
        Process jvm =
                new ProcessBuilder(command(execution)).redirectErrorStream(true).start();
        running.add(jvm);
        jvm.getOutputStream().close();
        try (InputStream stream = jvm.getInputStream()) {
            String output = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            return new Outcome(jvm.waitFor(), output);
        } finally {
            jvm.destroyForcibly();
            running.remove(jvm);
        }
    }

    /** The options of this JVM are those of the others too (native access, memory, loaded classes), but for the compiler's. */
    private static List<String> command(Execution execution) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> !option.startsWith("-D") && !option.startsWith("-XX:Tiered"))
                .forEach(command::add);
        command.addAll(List.of(execution.option, "-XX:+PrintCompilation", "-XX:CompileCommand=quiet"));
        // Our code is compiled after a few hundred calls, before it goes on.
        command.add("-XX:CompileCommand=CompileThresholdScaling,io.jvfio.*::*,0.05");
        command.add("-XX:CompileCommand=BackgroundCompilation,io.jvfio.*::*,false");
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), DecodingProbe.class.getName()));
        command.addAll(List.of(execution.device, Integer.toString(execution.warmUp)));
        return command;
    }
}
