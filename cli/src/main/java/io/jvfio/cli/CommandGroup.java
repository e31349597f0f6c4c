// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Some commands that are for the same, in the order of the help.
 *
 * <p>Threads: immutable.
 *
 * @param purpose the heading
 * @param names the names of its commands; each command is in one group only
 */
record CommandGroup(String purpose, List<String> names) {
    /** All groups. */
    static final List<CommandGroup> BY_PURPOSE = List.of(
            new CommandGroup("Look at devices", List.of("list", "show", "explain", "config", "is-vfio", "doctor")),
            new CommandGroup("Prepare them, as root", List.of("bind", "release", "recover", "vf", "udev")),
            new CommandGroup(
                    "Use them", List.of("read", "write", "reset", "irq", "nvme", "mlx5", "igd", "zpci", "demo")),
            new CommandGroup("Give them to others", List.of("serve", "export", "pass")),
            new CommandGroup("See how fast jvfio is", List.of("bench")),
            new CommandGroup("For the shell", List.of("completion")));

    CommandGroup {
        names = List.copyOf(names);
    }

    /** The names of all commands. */
    static List<String> allNames() {
        return BY_PURPOSE.stream().flatMap(group -> group.names.stream()).toList();
    }

    /** The list of commands of the help, by what their classes say, for which none has to be made. */
    static String text(Help help) {
        StringBuilder text = new StringBuilder();
        for (CommandGroup group : BY_PURPOSE) {
            Map<String, Help> members = new LinkedHashMap<>();
            group.names.forEach(name -> members.put(name, described(name, help)));
            text.append(String.format("%n%s:%n", group.purpose)).append(help.commandList(members));
        }
        return text.toString();
    }

    private static Help described(String name, Help whole) {
        CommandSpec spec = CommandSpec.create().name(name);
        Class<?> type = Objects.requireNonNull(Commands.type(name));
        spec.usageMessage().description(type.getAnnotation(Command.class).description());
        return new Help(spec, whole.colorScheme());
    }
}
