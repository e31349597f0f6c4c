// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.consumers;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.tests.architecture.Repository;
import io.jvfio.tests.consumers.Consumer.Outcome;
import io.jvfio.tests.consumers.Consumer.Use;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Each project in {@code consumers/} compiles and runs outside of this build, as a module and without one. */
final class ConsumersTest {
    private static final Path FOLDER = Repository.ROOT.resolve("consumers");

    @TempDir
    Path work;

    static List<String> projects() throws IOException {
        try (Stream<Path> folders = Files.list(FOLDER)) {
            return folders.filter(folder -> Files.exists(folder.resolve("pom.xml")))
                    .map(folder -> folder.getFileName().toString())
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("projects")
    void compiles_and_runs_on_the_module_path(String project) throws IOException, InterruptedException {
        assertRuns(project, Use.MODULE_PATH);
    }

    @ParameterizedTest
    @MethodSource("projects")
    void compiles_and_runs_on_the_class_path(String project) throws IOException, InterruptedException {
        assertRuns(project, Use.CLASS_PATH);
    }

    static List<String> projectsWithTests() throws IOException {
        return projects().stream()
                .filter(project -> Consumer.of(FOLDER.resolve(project)).hasTests())
                .toList();
    }

    @ParameterizedTest
    @MethodSource("projectsWithTests")
    void its_tests_pass(String project) throws IOException, InterruptedException {
        Outcome outcome = Consumer.of(FOLDER.resolve(project)).test(folder());

        assertThat(outcome.status()).as(outcome.output()).isZero();
        assertThat(outcome.output()).containsPattern("[1-9]\\d* tests, 0 failed");
    }

    @ParameterizedTest
    @MethodSource("projects")
    void depends_on_the_version_that_is_built(String project) {
        assertThat(Consumer.of(FOLDER.resolve(project)).text("jvfio.version")).isEqualTo(Consumer.builtVersion());
    }

    @Test
    void a_module_that_names_what_is_not_exported_does_not_compile() throws IOException, InterruptedException {
        Consumer changed =
                changed("import io.jvfio.Vfio;", "import io.jvfio.Vfio;import io.jvfio.internal.sys.SystemCalls;");

        Outcome outcome = changed.run(Use.MODULE_PATH, folder());

        assertThat(outcome.compiled()).isFalse();
        assertThat(outcome.output()).contains("io.jvfio.internal.sys is not visible");
    }

    @ParameterizedTest
    @EnumSource
    void a_program_that_fails_is_noticed(Use use) throws IOException, InterruptedException {
        Consumer changed = changed("\"model:edu\"", "\"model:nothing\"");

        Outcome outcome = changed.run(use, folder());

        assertThat(outcome.compiled()).isTrue();
        assertThat(outcome.status()).isNotZero();
        assertThat(outcome.output()).contains("IllegalArgumentException", "nothing");
    }

    @Test
    void a_test_that_fails_is_noticed() throws IOException, InterruptedException {
        Consumer changed = changed("courier", "VENDOR_ID = 0x1234", "VENDOR_ID = 0xffff");

        Outcome outcome = changed.test(folder());

        assertThat(outcome.compiled()).isTrue();
        assertThat(outcome.status()).isNotZero();
        assertThat(outcome.output()).contains("config_space_names_the_function");
    }

    private void assertRuns(String project, Use use) throws IOException, InterruptedException {
        Consumer consumer = Consumer.of(FOLDER.resolve(project));

        Outcome outcome = consumer.run(use, folder());

        assertThat(outcome.status()).as(outcome.output()).isZero();
        assertThat(outcome.output()).contains(consumer.text("main.prints"));
    }

    /** The first driver, changed in one place. */
    private Consumer changed(String from, String to) throws IOException {
        return changed("first-driver", from, to);
    }

    private Consumer changed(String project, String from, String to) throws IOException {
        Path original = FOLDER.resolve(project);
        Path copy = work.resolve("changed");
        try (Stream<Path> files = Files.walk(original)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = copy.resolve(original.relativize(file));
                Files.createDirectories(target.getParent());
                Files.writeString(target, Files.readString(file).replace(from, to));
            }
        }
        return Consumer.of(copy);
    }

    private Path folder() throws IOException {
        return Files.createDirectory(work.resolve("classes"));
    }
}
