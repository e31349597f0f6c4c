// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.cli.command.Environment;
import io.jvfio.cli.command.Interruption;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Tests run on the class path, where every package is open; the command runs as a module. */
class OpenPackagesTest {
    private static List<String> packages(CommandLine command) {
        List<String> found = new ArrayList<>(
                List.of(command.getCommandSpec().userObject().getClass().getPackageName()));
        command.getSubcommands().values().forEach(each -> found.addAll(packages(each)));
        return found;
    }

    @Test
    void picocli_can_make_each_command() throws Exception {
        Path classes = Path.of(
                Jvfio.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        List<String> open = descriptor(classes).opens().stream()
                .map(ModuleDescriptor.Opens::source)
                .toList();
        CommandLine command =
                Jvfio.commandLine(Environment.system(new Interruption(), OutputStream.nullOutputStream()));

        assertThat(packages(command).stream().filter(name -> name.startsWith("io.jvfio.")))
                .isNotEmpty()
                .isSubsetOf(open);
    }

    private static ModuleDescriptor descriptor(Path classes) throws IOException {
        try (var in = Files.newInputStream(classes.resolve("module-info.class"))) {
            return ModuleDescriptor.read(in);
        }
    }
}
