// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code jvfio completion}. */
@Command(
        name = "completion",
        description = "Prints what a shell needs to complete jvfio's commands and options.",
        footer = {"", "bash: source <(jvfio completion bash)", "zsh:  source <(jvfio completion zsh)"})
final class CompletionCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init")
    private Jvfio jvfio;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

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
            jvfio.out().println("autoload -Uz compinit && compinit");
        }
        jvfio.out().println(AutoComplete.bash("jvfio", spec.root().commandLine()));
        return 0;
    }
}
