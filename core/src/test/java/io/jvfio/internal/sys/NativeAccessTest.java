// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a user sees who starts the JVM without the flag. A grant cannot be taken back, so each case is a JVM of its own. */
class NativeAccessTest {

    /** The program of the child. */
    static final class Child {
        private Child() {}

        public static void main(String[] arguments) {
            for (int i = 0; i < 2; i++) {
                try {
                    SystemCalls.linux();
                    System.out.println("granted");
                } catch (IllegalCallerException e) {
                    System.out.println(e.getMessage());
                }
            }
        }
    }

    @Test
    void on_the_class_path_the_message_has_the_flag_for_the_unnamed_module() throws Exception {
        assertThat(child("--illegal-native-access=deny", "-cp", classes() + ":" + testClasses()))
                .containsExactly(
                        "jvfio may not make system calls: start the JVM with --enable-native-access=ALL-UNNAMED",
                        "jvfio may not make system calls: start the JVM with --enable-native-access=ALL-UNNAMED");
    }

    @Test
    void as_a_module_the_message_has_the_flag_for_the_module() throws Exception {
        assertThat(child(
                        "--illegal-native-access=deny",
                        "-p",
                        classes(),
                        "--add-modules=io.jvfio.core",
                        "--patch-module=io.jvfio.core=" + testClasses(),
                        "--add-exports=io.jvfio.core/io.jvfio.internal.sys=ALL-UNNAMED"))
                .containsExactly(
                        "jvfio may not make system calls: start the JVM with --enable-native-access=io.jvfio.core",
                        "jvfio may not make system calls: start the JVM with --enable-native-access=io.jvfio.core");
    }

    @Test
    void with_the_flag_it_works() throws Exception {
        assertThat(child(
                        "--illegal-native-access=deny",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        classes() + ":" + testClasses()))
                .containsExactly("granted", "granted");
    }

    private static List<String> child(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:TieredStopAtLevel=1");
        command.addAll(List.of(arguments));
        boolean module = List.of(arguments).contains("-p");
        if (module) {
            command.add("-m");
        }
        command.add((module ? "io.jvfio.core/" : "") + Child.class.getName());
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        List<String> lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        assertThat(process.waitFor()).as(lines.toString()).isZero();
        return lines;
    }

    private static String classes() throws URISyntaxException {
        return location(SystemCalls.class);
    }

    private static String testClasses() throws URISyntaxException {
        String main = classes();
        return Path.of(main).resolveSibling("test-classes").toString();
    }

    private static String location(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI())
                .toString();
    }
}
