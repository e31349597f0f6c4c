// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.tests.architecture.Repository;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The launcher in a checkout of two files, with a Maven, a JDK and programs in its PATH that note that they were run, and
 * with what.
 */
final class LauncherTest {
    private static final long LIMIT_SECONDS = 60;
    private static final List<String> TOOLS =
            List.of("cat", "dirname", "find", "flock", "git", "id", "mkdir", "mv", "readlink", "rm", "sed", "stat");

    private static final String MAVEN = """
            #!/bin/sh
            root=${0%/*}
            echo "build" >>"$LOG"
            mkdir -p "$root/cli/target/lib"
            cat "$root/core/src/main/java/Main.java" >"$root/cli/target/jvfio-cli.jar"
            echo "a library" >"$root/cli/target/lib/library.jar"
            """;

    private static final String JAVA = """
            #!/bin/sh
            echo "java $*" >>"$LOG"
            for word; do
                case $word in
                    -XX:AOTCacheOutput=*)
                        [ ! -e "$TRAINING_FAILS" ] || { echo "no memory" >&2; exit 1; }
                        echo "cache" >"${word#*=}"
                        ;;
                esac
            done
            """;

    @TempDir
    private Path folder;

    private Path checkout = Path.of("");
    private Path source = Path.of("");
    private final Map<String, String> variables = new HashMap<>();

    @BeforeEach
    void make() throws IOException {
        checkout = Files.createDirectory(folder.resolve("check out"));
        Path launcher = Repository.ROOT.resolve("jvfio");
        Files.copy(launcher, checkout.resolve("jvfio"), StandardCopyOption.COPY_ATTRIBUTES);
        Files.writeString(checkout.resolve("pom.xml"), "<project/>");
        source = checkout.resolve("core/src/main/java/Main.java");
        Files.createDirectories(source.getParent());
        Files.writeString(source, "class Main {}");
        Files.writeString(checkout.resolve("core/pom.xml"), "<project/>");
        Files.createDirectories(checkout.resolve("cli"));
        program(checkout.resolve("mvnw"), MAVEN);
        program(folder.resolve("jdk/bin/java"), JAVA);
        Files.writeString(folder.resolve("jdk/release"), "JAVA_VERSION=\"25.0.3\"\n");
        Files.createDirectories(folder.resolve("jdk/lib"));
        Files.writeString(folder.resolve("jdk/lib/modules"), "the classes of the JDK");
        for (String tool : TOOLS) {
            program(
                    folder.resolve("bin").resolve(tool),
                    "#!/bin/sh\necho \"run " + tool + "\" >>\"$LOG\"\nexec " + real(tool) + " \"$@\"\n");
        }
        variables.put("LOG", folder.resolve("log").toString());
        variables.put("TRAINING_FAILS", folder.resolve("training-fails").toString());
        variables.put("JAVA_HOME", folder.resolve("jdk").toString());
        variables.put("PATH", folder.resolve("bin") + File.pathSeparator + System.getenv("PATH"));
    }

    private static void program(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    /** Where a program is; the name of one that is missing fails when it is run. */
    private static String real(String tool) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                .map(folder -> Path.of(folder, tool))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst()
                .orElse("false");
    }

    /**
     * What a start did.
     *
     * @param log the programs that were run, in order
     * @param err what the launcher said
     */
    private record Start(List<String> log, List<String> err) {
        boolean built() {
            return log.contains("build");
        }

        boolean trained() {
            return log.stream().anyMatch(line -> line.contains("-XX:AOTCacheOutput="));
        }

        /** The command line of the JVM that ran the command. */
        String java() {
            return log.getLast();
        }

        /** The name of the cache that it was given, or an empty text. */
        String cache() {
            int at = java().indexOf("-XX:AOTCache=");
            int name = java().indexOf("launcher-", at);
            return at < 0 ? "" : java().substring(name, java().indexOf(' ', name));
        }
    }

    private Start start(String... words) throws IOException, InterruptedException {
        Path log = folder.resolve("log");
        Files.writeString(log, "");
        List<String> command = new ArrayList<>(List.of(checkout.resolve("jvfio").toString()));
        command.addAll(List.of(words));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectError(folder.resolve("err").toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("JVFIO_"));
        builder.environment().putAll(variables);
        Process process = builder.start();
        assertThat(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        Start start = new Start(Files.readAllLines(log), Files.readAllLines(folder.resolve("err")));
        assertThat(process.exitValue()).as(start.toString()).isZero();
        return start;
    }

    /** As an editor saves that writes beside a file, and then puts that in its place. */
    private void replaceSource(String text) throws IOException {
        Path other = source.resolveSibling("Main.java~");
        Files.writeString(other, text);
        Files.move(other, source, StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void an_unchanged_build_is_neither_searched_nor_built_nor_trained_again() throws Exception {
        Start first = start("list");
        assertThat(first.built() && first.trained()).isTrue();
        assertThat(first.cache()).endsWith(".aot");

        Start second = start("list");
        assertThat(second.log()).hasSize(2).startsWith("run stat");
        assertThat(second.cache()).isEqualTo(first.cache());
        assertThat(second.err()).isEmpty();
    }

    @Test
    void a_replaced_source_is_built_and_trained_anew() throws Exception {
        Start first = start("list");
        replaceSource("class Main { int other; }");

        Start second = start("list");
        assertThat(second.built() && second.trained()).isTrue();
        assertThat(second.cache()).isNotEmpty().isNotEqualTo(first.cache());
    }

    @Test
    void a_source_that_was_written_in_its_place_is_built_when_asked_for() throws Exception {
        start("list");
        Files.writeString(source, " // more", StandardOpenOption.APPEND);
        assertThat(start("list").built()).isFalse();

        variables.put("JVFIO_BUILD", "check");
        assertThat(start("list").built()).isTrue();
        assertThat(start("list").built()).isFalse();
    }

    @Test
    void a_checkout_that_git_has_changed_is_searched_once() throws Exception {
        git("init", "-q");
        git("add", "pom.xml");
        start("list");
        assertThat(start("list").log()).doesNotContain("run find");

        git("add", "jvfio");
        Start next = start("list");
        assertThat(next.log()).contains("run find");
        assertThat(next.built() || next.trained()).isFalse();
        assertThat(start("list").log()).doesNotContain("run find");

        Files.writeString(source, " // more", StandardOpenOption.APPEND);
        git("add", "core");
        assertThat(start("list").built()).isTrue();
    }

    private void git(String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(real("git"), "-C", checkout.toString()));
        command.addAll(List.of(words));
        assertThat(new ProcessBuilder(command).start().waitFor()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"check out/cli/target/jvfio-cli.jar", "check out/cli/target/lib/library.jar", "jdk/release"})
    void what_was_replaced_is_never_run_with_the_old_cache(String name) throws Exception {
        Start first = start("list");
        Path file = folder.resolve(name);
        FileTime time = Files.getLastModifiedTime(file);
        // As long as before, and as old.
        String text = Files.readString(file);
        Files.writeString(file, text.substring(0, text.length() - 2) + text.charAt(text.length() - 1) + " ");
        Files.setLastModifiedTime(file, time);

        variables.put("JVFIO_BUILD", "never");
        assertThat(start("list").cache()).isEmpty();
        variables.remove("JVFIO_BUILD");
        Start second = start("list");
        assertThat(second.trained()).isTrue();
        assertThat(second.cache()).isNotEmpty().isNotEqualTo(first.cache());
        assertThat(second.built()).isFalse();
    }

    @Test
    void another_JDK_than_that_of_the_build_is_run_without_the_cache() throws Exception {
        start("list");
        Path other = folder.resolve("other");
        program(other.resolve("bin/java"), JAVA);
        Files.writeString(other.resolve("release"), "JAVA_VERSION=\"26\"\n");
        variables.put("JVFIO_JAVA_HOME", other.toString());

        Start start = start("list");
        assertThat(start.cache()).isEmpty();
        assertThat(start.trained()).isFalse();
    }

    @Test
    void a_training_that_fails_costs_a_line_once() throws Exception {
        Files.createFile(folder.resolve("training-fails"));
        Start first = start("list");
        assertThat(first.cache()).isEmpty();
        assertThat(first.java()).endsWith(" list");
        assertThat(first.err()).filteredOn(line -> line.contains("that failed")).hasSize(1);

        Start second = start("list");
        assertThat(second.trained()).isFalse();
        assertThat(second.err()).isEmpty();
    }

    @Test
    void another_user_runs_what_is_there() throws Exception {
        Start first = start("list");
        program(folder.resolve("bin/id"), "#!/bin/sh\necho 4711\n");
        assertThat(start("list").cache()).isEqualTo(first.cache());
        replaceSource("class Main { int other; }");
        Files.writeString(checkout.resolve("cli/target/lib/library.jar"), "another");

        Start second = start("list");
        assertThat(second.built() || second.trained()).isFalse();
        assertThat(second.cache()).isEmpty();
        assertThat(second.err()).hasSize(1).first().asString().contains("the sources are newer than the build");
    }

    @ParameterizedTest
    @ValueSource(strings = {"serve nvme", "--json export D", "nvme bench D", "demo", "pass D", "irq D", "bench"})
    void a_command_that_works_for_long_has_the_whole_JVM(String line) throws Exception {
        start("list");
        assertThat(start(line.split(" ", -1)).java())
                .doesNotContain("TieredStopAtLevel")
                .contains("AOTCache");
    }

    @ParameterizedTest
    @ValueSource(strings = {"list", "--help", "--json list", "nvme identify D", "show D", "bind D", "completion bash"})
    void other_commands_have_what_starts_soonest(String line) throws Exception {
        start("list");
        assertThat(start(line.split(" ", -1)).java()).contains("-XX:TieredStopAtLevel=1 -XX:+UseSerialGC");
    }

    @Test
    void options_of_the_user_take_the_place_of_ours() throws Exception {
        start("list");
        variables.put("JVFIO_JAVA_OPTS", "-XX:+UseZGC -Xmx1g");
        assertThat(start("list").java())
                .contains(" -XX:+UseZGC -Xmx1g ")
                .doesNotContain("UseSerialGC")
                .doesNotContain("AOTCache");
    }

    @Test
    void a_newer_stamp_is_no_older_than_what_is_edited_while_it_builds() throws Exception {
        start("list");
        Files.setLastModifiedTime(
                source.getParent(), FileTime.from(Instant.now().plusSeconds(LIMIT_SECONDS)));
        Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(LIMIT_SECONDS)));
        assertThat(start("list").built()).isTrue();
        assertThat(start("list").built()).isTrue();
    }
}
