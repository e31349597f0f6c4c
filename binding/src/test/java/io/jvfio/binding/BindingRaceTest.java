// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.binding.FolderMachine.Action;
import io.jvfio.binding.FolderMachine.Seen;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two processes with four threads each that change the same function. */
class BindingRaceTest {
    private static final long SEED = 20251130;
    private static final String ERRORS = "errors";

    @TempDir
    Path root;

    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void nobody_makes_a_state_that_nobody_asked_for() throws Exception {
        race(500);
    }

    @Test
    @Tag("long")
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    void nobody_makes_a_state_that_nobody_asked_for_for_long() throws Exception {
        race(10_000);
    }

    /** So many rounds of both processes together. */
    private void race(int all) throws Exception {
        int rounds = all / 2;
        FolderMachine.make(root);
        Process other = otherProcess(rounds);
        try (BufferedReader out = other.inputReader(StandardCharsets.UTF_8);
                Writer in = other.outputWriter(StandardCharsets.UTF_8)) {
            assertThat(out.readLine()).isEqualTo("ready");
            tell(in, "go");
            Map<String, Integer> outcomes = BindingRace.run(root, rounds, SEED);
            assertThat(outcomes)
                    .containsKeys("BOUND", "RELEASED", "RECOVERED", "WAS WHOLE", "LOCKED", "UNFINISHED", "STOPPED");
            assertThat(out.readLine())
                    .as("what the other process says, whose errors are: %s", errors())
                    .contains("BOUND=", "RELEASED=", "RECOVERED=", "LOCKED=");
            tell(in, "end");
            assertThat(other.waitFor(1, TimeUnit.MINUTES)).isTrue();
            assertThat(other.exitValue()).isEqualTo(BindingRace.HALTED);
            recoverAfterIt();
        } finally {
            other.destroyForcibly();
        }
    }

    private String errors() throws IOException {
        return Files.readString(root.resolve(ERRORS));
    }

    private static void tell(Writer process, String word) throws IOException {
        process.write(word + "\n");
        process.flush();
    }

    /** It has ended with the lock, in the middle of a change. */
    private void recoverAfterIt() throws IOException {
        FolderMachine machine = new FolderMachine(root, () -> {});
        Journal broken = Objects.requireNonNull(machine.seen().journal());
        assertThat(broken.unfinished()).isTrue();
        machine.buryHolder();
        machine.begin(Action.RECOVER, Integer.MAX_VALUE);

        assertThat(machine.drivers().recover(FolderMachine.FUNCTION, BindOptions.defaults()))
                .contains(broken.before().toString());

        Seen whole = machine.seen();
        assertThat(broken.action() == Journal.Action.BIND ? whole.free() : whole.bound())
                .as("%s", whole)
                .isTrue();
    }

    private Process otherProcess(int rounds) throws IOException, URISyntaxException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        classPath(),
                        BindingRace.class.getName(),
                        root.toString(),
                        Integer.toString(rounds),
                        Long.toString(SEED + BindingRace.THREADS))
                .redirectError(root.resolve(ERRORS).toFile())
                .start();
    }

    /** What this process has on its class path and its module path, and the tests, wherever they are. */
    private static String classPath() throws URISyntaxException {
        Path folder = Path.of(Objects.requireNonNull(
                        BindingRaceTest.class.getResource(BindingRaceTest.class.getSimpleName() + ".class"))
                .toURI());
        for (int i = 0; i < BindingRaceTest.class.getName().split("\\.", -1).length; i++) {
            folder = Objects.requireNonNull(folder.getParent());
        }
        return Stream.of(
                        folder.toString(), System.getProperty("java.class.path"), System.getProperty("jdk.module.path"))
                .filter(Objects::nonNull)
                .collect(Collectors.joining(":"));
    }
}
