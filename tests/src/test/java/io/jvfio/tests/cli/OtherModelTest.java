// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.tests.architecture.Repository;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;

/** A model that is no part of this build, in a JAR that the command finds, beside one that is broken. */
final class OtherModelTest {
    private static final String PACKAGE = "com/example/dice";
    private static final long LIMIT_SECONDS = 60;
    private static final String SOURCE = """
            package com.example.dice;

            import io.jvfio.emulation.DeviceModel;
            import io.jvfio.emulation.ModelOptions;
            import io.jvfio.emulation.ModelProvider;
            import io.jvfio.emulation.ModelSetup;
            import io.jvfio.emulation.PciIdentity;

            public final class DiceProvider implements ModelProvider {
                @Override
                public String name() {
                    return "dice";
                }

                @Override
                public String summary() {
                    return "a device that does nothing";
                }

                @Override
                public DeviceModel create(ModelSetup setup, ModelOptions options) {
                    setup.identity(PciIdentity.of(0x1AF4, 0x6D1C));
                    return new DeviceModel() {
                        @Override
                        public boolean run() {
                            return false;
                        }

                        @Override
                        public void reset() {}
                    };
                }
            }
            """;

    /** Not in the usual folder, in which all may write: root's command would not look there. */
    static final class InTarget implements TempDirFactory {
        @Override
        public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context) throws IOException {
            Path target = Files.createDirectories(Repository.ROOT.resolve("tests/target"));
            return Files.createTempDirectory(target, "jars");
        }
    }

    @TempDir(factory = InTarget.class, cleanup = CleanupMode.ALWAYS)
    private Path folder;

    private Path library = Path.of("");

    @BeforeEach
    void compile() throws IOException {
        Path source =
                Files.createDirectories(folder.resolve("src").resolve(PACKAGE)).resolve("DiceProvider.java");
        Files.writeString(source, SOURCE);
        Path classes = folder.resolve("classes");
        Path services = Files.createDirectories(classes.resolve("META-INF/services"));
        Files.writeString(services.resolve("io.jvfio.emulation.ModelProvider"), "com.example.dice.DiceProvider\n");
        library = Files.createDirectory(folder.resolve("lib"));
        tool("javac", "--release", "25", "-proc:none", "-d", classes.toString(), "-cp", classPath(), source.toString());
        tool("jar", "--create", "--file", library.resolve("dice.jar").toString(), "-C", classes.toString(), ".");
        Files.writeString(library.resolve("broken.jar"), "no archive");
    }

    @Test
    void it_is_shown_like_one_of_the_command() throws IOException, InterruptedException {
        assertThat(run(0, "show", "model:dice")).contains("model:dice", "emulated IOMMU", "256 bytes");
    }

    @Test
    void the_broken_one_is_told_by_doctor_and_harms_nothing() throws IOException, InterruptedException {
        assertThat(run(-1, "doctor").lines().filter(line -> line.contains("not loaded")))
                .singleElement()
                .asString()
                .contains(library.resolve("broken.jar").toString());
        assertThat(run(0, "show", "model:edu")).doesNotContain("broken.jar");
    }

    @Test
    void it_is_served() throws IOException, InterruptedException {
        Path socket = Files.createTempDirectory("dice").resolve("s");
        Process server = start("serve", "dice", "--socket", socket.toString(), "--once");
        try {
            assertThat(server.inputReader().readLine()).isEqualTo("model:dice is served at " + socket);
            assertThat(Command.run("show", "vfio-user:" + socket).out()).contains("256 bytes");
            assertThat(server.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(server.exitValue()).isZero();
        } finally {
            server.destroyForcibly().waitFor();
            Files.deleteIfExists(socket);
            Files.delete(socket.getParent());
        }
    }

    /** What the command says in a process of its own; any exit code will do for -1. */
    private String run(int code, String... words) throws IOException, InterruptedException {
        Process command = start(words);
        String said = new String(command.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(command.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        if (code >= 0) {
            assertThat(command.exitValue()).as(said).isEqualTo(code);
        }
        return said;
    }

    private Process start(String... words) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED"));
        command.addAll(List.of("-cp", classPath(), "io.jvfio.cli.Jvfio"));
        command.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("JVFIO_PATH", library.toString());
        builder.environment().put("HOME", folder.toString());
        return builder.start();
    }

    private static void tool(String name, String... words) {
        assertThat(ToolProvider.findFirst(name).orElseThrow().run(System.out, System.err, words))
                .isZero();
    }

    private static String classPath() {
        return System.getProperty("java.class.path");
    }
}
