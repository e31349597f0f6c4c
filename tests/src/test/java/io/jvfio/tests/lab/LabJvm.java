// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.lab;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Another JVM with the options of this one: native access, memory, and the archive of loaded and linked classes, which
 * saves seconds in software emulation. Threads: stateless.
 */
public final class LabJvm {
    private LabJvm() {}

    /**
     * The command line that runs a class.
     *
     * @param options of its own, which come last
     */
    public static List<String> command(Class<?> main, List<String> options, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> !option.startsWith("-D"))
                .forEach(command::add);
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(arguments);
        return command;
    }
}
