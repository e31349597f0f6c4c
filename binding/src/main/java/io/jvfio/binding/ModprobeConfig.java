// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What {@code modprobe.d(5)} and the kernel's command line say of loading modules. A {@code blacklist} is about loading by
 * alias only, so it does not count here.
 *
 * <p>Threads: immutable.
 */
final class ModprobeConfig {
    /** A file of an earlier folder hides those of the same name in later ones. */
    private static final List<String> FOLDERS = List.of(
            "/etc/modprobe.d",
            "/run/modprobe.d",
            "/usr/local/lib/modprobe.d",
            "/usr/lib/modprobe.d",
            "/lib/modprobe.d");

    private static final Set<String> NOTHING =
            Set.of("/bin/false", "/bin/true", "/usr/bin/false", "/usr/bin/true", "false", "true", ":");

    private final List<String> lines = new ArrayList<>();
    private final List<String> commandLine;

    private ModprobeConfig(List<String> commandLine) {
        this.commandLine = commandLine;
    }

    static ModprobeConfig read(HostFiles files) {
        ModprobeConfig config =
                new ModprobeConfig(List.of(files.textOrEmpty("/proc/cmdline").split("\\s+", -1)));
        Map<String, String> found = new LinkedHashMap<>();
        for (String folder : FOLDERS) {
            for (String name : files.names(folder)) {
                if (name.endsWith(".conf")) {
                    found.putIfAbsent(name, folder + "/" + name);
                }
            }
        }
        for (String file : found.values()) {
            files.textOrEmpty(file)
                    .replace("\\\n", " ")
                    .lines()
                    .map(String::strip)
                    .forEach(config.lines::add);
        }
        return config;
    }

    /** Whether {@code modprobe} would not load a module. */
    boolean prohibits(String module) {
        return lines.stream()
                        .map(line -> line.split("\\s+", -1))
                        .anyMatch(words -> words.length >= 3
                                && words[0].equals("install")
                                && Names.fold(words[1]).equals(module)
                                && NOTHING.contains(words[2]))
                || commandLine.stream()
                        .filter(word -> word.startsWith("module_blacklist="))
                        .flatMap(word -> Arrays.stream(
                                word.substring(word.indexOf('=') + 1).split(",", -1)))
                        .anyMatch(name -> Names.fold(name).equals(module));
    }

    /** What would make vfio-pci take devices when it is loaded. */
    List<String> idsOfVfioPci() {
        List<String> found = new ArrayList<>();
        for (String line : lines) {
            String[] words = line.split("\\s+", -1);
            if (words.length >= 3
                    && words[0].equals("options")
                    && Names.fold(words[1]).equals("vfio_pci")) {
                Arrays.stream(words).filter(word -> word.startsWith("ids=")).forEach(found::add);
            }
        }
        commandLine.stream()
                .filter(word -> Names.fold(word).startsWith("vfio_pci.ids="))
                .forEach(word -> found.add(word.substring(word.indexOf('.') + 1)));
        return found;
    }
}
