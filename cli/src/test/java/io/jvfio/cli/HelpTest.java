// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.Vfio;
import io.jvfio.cli.command.Environment;
import io.jvfio.cli.command.Interruption;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
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
            assertThat(vfio.schemes()).containsKeys("pci", "passed", "vfio-user", "model");
            vfio.schemes().keySet().forEach(scheme -> assertThat(run.out).contains("  " + scheme + ":"));
        }
        assertThat(run.out).contains("Exit codes: 0 done").contains("  mdev:UUID ");
        assertThat(run.execute("list", "--help")).isZero();
        assertThat(run.out).doesNotContain("mdev:UUID");
    }

    @Test
    void has_each_command_in_one_group() {
        List<String> grouped =
                CommandGroups.BY_PURPOSE.values().stream().flatMap(List::stream).toList();
        CommandLine command =
                Jvfio.commandLine(Environment.system(new Interruption(), OutputStream.nullOutputStream()));
        assertThat(grouped)
                .containsExactlyInAnyOrderElementsOf(command.getSubcommands().keySet());
        Run run = new Run(root);
        assertThat(run.execute("--help")).isZero();
        CommandGroups.BY_PURPOSE.forEach((purpose, names) -> {
            assertThat(run.out).contains(purpose + ":");
            names.forEach(name -> assertThat(run.out).containsPattern("(?m)^  " + name + " "));
        });
    }
}
