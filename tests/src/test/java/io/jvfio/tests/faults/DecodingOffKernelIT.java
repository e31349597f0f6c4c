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
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs {@link DecodingProbe} in each way in which HotSpot executes code. */
final class DecodingOffKernelIT {

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "interpreter, -Xint, 0",
        "C1, -XX:TieredStopAtLevel=1, 5400",
        "C2, -XX:-TieredCompilation, 5400",
        "tiered, -XX:+TieredCompilation, 5400"
    })
    void registers_that_do_not_decode_are_explained_and_the_jvm_lives(String name, String mode, int warmUp)
            throws IOException, InterruptedException {
        Process jvm = new ProcessBuilder(command(mode, warmUp))
                .redirectErrorStream(true)
                .start();
        jvm.getOutputStream().close();
        try (InputStream stream = jvm.getInputStream()) {
            String output = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            assertThat(jvm.waitFor(10, TimeUnit.SECONDS)).isTrue();
            assertThat(output).contains("survived");
            assertThat(jvm.exitValue()).isZero();
            assertThat(output.contains(DecodingProbe.class.getName() + "::magic ("))
                    .as("%s compiles the guarded code", name)
                    .isEqualTo(warmUp > 0);
        } finally {
            jvm.destroyForcibly();
        }
    }

    /** The options of this JVM are those of the others too: native access, memory, and the cache of loaded classes. */
    private static List<String> command(String mode, int warmUp) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> !option.startsWith("-D"))
                .forEach(command::add);
        command.addAll(List.of(mode, "-XX:+PrintCompilation", "-XX:CompileCommand=quiet"));
        // Our code is compiled after a few hundred calls, before it goes on.
        command.add("-XX:CompileCommand=CompileThresholdScaling,io.jvfio.*::*,0.05");
        command.add("-XX:CompileCommand=BackgroundCompilation,io.jvfio.*::*,false");
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(DecodingProbe.class.getName(), LabDevices.EDU, Integer.toString(warmUp)));
        return command;
    }
}
