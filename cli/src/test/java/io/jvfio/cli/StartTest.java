// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A command line makes what it is about, and the training all. */
final class StartTest {
    @TempDir
    private Path root;

    @Test
    void a_command_line_that_begins_with_a_command_makes_no_other() {
        assertThat(Commands.named("list", "show")).containsExactly("list");
        assertThat(Commands.named("--json", "list")).isEqualTo(CommandGroup.allNames());
        assertThat(Commands.named("lst")).isEqualTo(CommandGroup.allNames());
        assertThat(Commands.named()).isEqualTo(CommandGroup.allNames());
        assertThat(Commands.named("--help")).hasSize(1);
    }

    @Test
    void the_training_prints_the_help_of_each_command() {
        List<List<String>> helps = TrainCommand.lines().stream()
                .filter(line -> line.getLast().equals("--help"))
                .toList();
        assertThat(helps).doesNotHaveDuplicates();
        assertThat(helps.stream().filter(line -> line.size() == 2).map(List::getFirst))
                .containsExactlyElementsOf(CommandGroup.allNames());
        assertThat(helps).contains(List.of("--help")).contains(List.of("nvme", "identify", "--help"));
    }

    @Test
    void the_training_runs_to_its_end_on_a_host_of_its_own() {
        Run run = new Run(root);
        assertThat(run.execute("train")).as(run.err).isZero();
        assertThat(run.out).isEmpty();
    }

    @Test
    void the_host_of_the_training_leaves_nothing() throws Exception {
        Path made;
        try (PracticeHost host = PracticeHost.make()) {
            made = host.root();
            assertThat(made.resolve("dev/vfio/1")).exists();
        }
        assertThat(made).doesNotExist();
    }

    @Test
    void each_command_has_its_name_in_the_table() {
        Map<String, String> names =
                CommandGroup.allNames().stream().collect(Collectors.toMap(Function.identity(), StartTest::declared));
        assertThat(names).allSatisfy((name, declared) -> assertThat(declared).isEqualTo(name));
        assertThat(Commands.type("lst")).isNull();
    }

    private static String declared(String name) {
        Class<?> type = Commands.type(name);
        assertThat(type).as(name).isNotNull();
        return type.getAnnotation(picocli.CommandLine.Command.class).name();
    }
}
