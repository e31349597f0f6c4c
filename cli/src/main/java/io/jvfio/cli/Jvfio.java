// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code jvfio} command itself; what it does is in its subcommands. */
@Command(
        name = "jvfio",
        description = "Looks at, drives and tests PCI devices through VFIO.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class Jvfio {
    /** The command line could not be understood, as in {@code sysexits.h}. */
    private static final int EX_USAGE = 64;

    private Jvfio() {}

    /** Runs the command and ends the process with its exit code. */
    static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    /** The command with its subcommands, as the launcher and the tests run it. */
    static CommandLine commandLine() {
        var command = new CommandLine(new Jvfio());
        command.getCommandSpec().exitCodeOnInvalidInput(EX_USAGE);
        return command;
    }
}
