// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.Vfio;
import io.jvfio.cli.command.Environment;
import io.jvfio.cli.command.Interruption;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The help of the command as a whole. */
final class HelpTest {
    @TempDir
    private Path root;

    @Test
    void of_serve_tells_what_spdk_needs() {
        Run run = new Run(root);
        assertThat(run.execute("serve", "--help")).isZero();
        assertThat(run.out).contains("nvme?doorbells=mapped --unsealed-memory=map --socket FOLDER/cntrl");
    }

    @Test
    void tells_each_scheme_that_there_is() {
        Run run = new Run(root);
        assertThat(run.execute("--help")).isZero();
        try (Vfio vfio = Vfio.create()) {
            Map<String, String> told = Scheme.ALL.stream()
                    .collect(Collectors.toMap(Scheme::name, scheme -> scheme.target() + ": " + scheme.meaning()));
            assertThat(told).isEqualTo(vfio.schemes());
        }
        Scheme.ALL.forEach(scheme -> assertThat(run.out).contains("  " + scheme.name() + ":" + scheme.target()));
        assertThat(run.out).contains("Exit codes: 0 done").contains("  mdev:UUID ");
        assertThat(run.execute("list", "--help")).isZero();
        assertThat(run.out).doesNotContain("mdev:UUID");
    }

    @Test
    void has_each_command_in_one_group() {
        List<String> grouped = CommandGroup.allNames();
        CommandLine command =
                Jvfio.commandLine(Environment.system(new Interruption(), OutputStream.nullOutputStream()));
        assertThat(grouped)
                .containsExactlyInAnyOrderElementsOf(command.getSubcommands().keySet());
        Run run = new Run(root);
        assertThat(run.execute("--help")).isZero();
        CommandGroup.BY_PURPOSE.forEach(group -> {
            assertThat(run.out).contains(group.purpose() + ":");
            group.names().forEach(name -> assertThat(run.out).containsPattern("(?m)^  " + name + " "));
        });
    }
}
