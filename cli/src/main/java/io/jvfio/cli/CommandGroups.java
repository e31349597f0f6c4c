// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Help;

/**
 * The commands in the order of the help, by what they are for.
 *
 * <p>Threads: stateless.
 */
final class CommandGroups {
    /** By heading; each command is in one of them. */
    static final Map<String, List<String>> BY_PURPOSE = new LinkedHashMap<>();

    static {
        BY_PURPOSE.put("Look at devices", List.of("list", "show", "explain", "config", "is-vfio", "doctor"));
        BY_PURPOSE.put("Prepare them, as root", List.of("bind", "release", "recover", "vf", "udev"));
        BY_PURPOSE.put("Use them", List.of("read", "write", "reset", "irq", "nvme", "mlx5", "igd", "zpci", "demo"));
        BY_PURPOSE.put("Give them to others", List.of("serve", "export", "pass"));
        BY_PURPOSE.put("See how fast jvfio is", List.of("bench"));
        BY_PURPOSE.put("For the shell", List.of("completion"));
    }

    private CommandGroups() {}

    /** The list of commands of the help. */
    static String text(Help help) {
        StringBuilder text = new StringBuilder();
        BY_PURPOSE.forEach((purpose, names) -> {
            Map<String, Help> members = new LinkedHashMap<>();
            names.forEach(name -> members.put(name, help.subcommands().get(name)));
            text.append(String.format("%n%s:%n", purpose)).append(help.commandList(members));
        });
        return text.toString();
    }
}
