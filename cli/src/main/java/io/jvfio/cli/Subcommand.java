// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** What all commands below {@code jvfio} have: where they work and where they write. */
@Command
abstract class Subcommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init")
    private Jvfio jvfio;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    /** The command as a whole, with the options that all share. */
    final Jvfio jvfio() {
        return jvfio;
    }

    final Environment environment() {
        return jvfio.environment();
    }

    final PrintWriter out() {
        return jvfio.out();
    }

    final boolean json() {
        return jvfio.json();
    }

    /** Prints an object with these fields behind those that every object has. */
    final void printJson(Consumer<Json> fields) {
        out().println(Json.object(environment().terminal(), json -> {
            json.number("schema", Jvfio.SCHEMA);
            json.text("command", spec.name());
            fields.accept(json);
        }));
    }

    /** All that can be said on the command line. */
    final CommandLine commandLine() {
        return spec.root().commandLine();
    }

    /** The command line asks for what makes no sense. */
    final ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
