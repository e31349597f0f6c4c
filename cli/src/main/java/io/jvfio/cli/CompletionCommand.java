// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli;

import io.jvfio.cli.command.Subcommand;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code jvfio completion}. */
@Command(
        name = "completion",
        description = "Prints what a shell needs to complete jvfio's commands and options.",
        footer = {"", "bash: source <(jvfio completion bash)", "zsh:  source <(jvfio completion zsh)"})
final class CompletionCommand extends Subcommand {
    @Parameters(index = "0", paramLabel = "SHELL", description = "${COMPLETION-CANDIDATES}.")
    @SuppressWarnings("NullAway.Init")
    private Shell shell;

    /** For picocli. */
    CompletionCommand() {}

    /** The shells. Their names are what is typed. */
    enum Shell {
        bash,
        zsh
    }

    @Override
    public Integer call() {
        if (shell == Shell.zsh) {
            // The script brings bash's completion to zsh itself, but that of zsh has to run already.
            out().println("autoload -Uz compinit && compinit");
        }
        out().println(AutoComplete.bash("jvfio", commandLine()));
        return 0;
    }
}
