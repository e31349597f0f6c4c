// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.tests.lab.LabDevices;
import io.jvfio.tests.lab.LabParts;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Runs {@link DecodingProbe} in the ways in which HotSpot executes code: tiered, as it does by itself, and, as each takes its
 * time in software emulation, the others where time is not short.
 */
@Tag(LabParts.NEEDS_EDU)
@Tag(LabParts.NEEDS_WINDOWS)
final class DecodingOffKernelIT {
    private static final int PATIENCE_SECONDS = 300;

    enum Execution {
        INTERPRETER("-Xint", 0),
        C1("-XX:TieredStopAtLevel=1", 5400),
        C2("-XX:-TieredCompilation", 5400),
        TIERED("-XX:TieredStopAtLevel=4", 5400);

        private final String option;
        private final int warmUp;

        Execution(String option, int warmUp) {
            this.option = option;
            this.warmUp = warmUp;
        }
    }

    @TempDir
    private Path folder;

    @Test
    void registers_that_do_not_decode_are_explained_and_the_jvm_lives() throws Exception {
        assertSurvives(Execution.TIERED);
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "TIERED")
    @Tag("long")
    void the_jvm_lives_also_with_one_way_alone(Execution execution) throws Exception {
        assertSurvives(execution);
    }

    private void assertSurvives(Execution execution) throws IOException, InterruptedException {
        Path output = folder.resolve("output");
        Process jvm = new ProcessBuilder(command(execution))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            jvm.getOutputStream().close();
            assertThat(jvm.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .as("the program ends by itself")
                    .isTrue();
        } finally {
            jvm.destroyForcibly();
        }
        String told = Files.readString(output);
        assertThat(told).contains("survived");
        assertThat(jvm.exitValue()).isZero();
        assertThat(told.contains(DecodingProbe.class.getName() + "::magic ("))
                .as("%s compiles the code", execution)
                .isEqualTo(execution.warmUp > 0);
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
        command.addAll(List.of(LabDevices.EDU, Integer.toString(execution.warmUp)));
        return command;
    }
}
