// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** A command line makes what it is about. */
final class StartTest {
    @Test
    void a_command_line_that_begins_with_a_command_makes_no_other() {
        assertThat(Commands.named("list", "show")).containsExactly("list");
        assertThat(Commands.named("--json", "list")).isEqualTo(CommandGroup.allNames());
        assertThat(Commands.named("lst")).isEqualTo(CommandGroup.allNames());
        assertThat(Commands.named()).isEqualTo(CommandGroup.allNames());
        assertThat(Commands.named("--help")).hasSize(1);
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
