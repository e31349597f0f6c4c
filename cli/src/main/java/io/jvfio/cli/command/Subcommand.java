// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.command;

import io.jvfio.Providers;
import io.jvfio.cli.out.Json;
import io.jvfio.cli.out.Progress;
import io.jvfio.cli.out.Table;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What all commands below {@code jvfio} have, at any depth: where they work and where they write. */
@Command
public abstract class Subcommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    /** The command as a whole, with the options that all share. */
    public final RootCommand jvfio() {
        return (RootCommand) spec.root().userObject();
    }

    public final Environment environment() {
        return jvfio().environment();
    }

    /** Where carriers and models are looked for by commands that open or serve a device. */
    public final Providers providers() {
        return environment().jars().providers(jvfio()::warn);
    }

    public final PrintWriter out() {
        return jvfio().out();
    }

    /** Where what is no result goes. */
    public final PrintWriter err() {
        return jvfio().err();
    }

    /** A line that says how far a long work is, where people see it and it mixes with no object. */
    public final Progress progress() {
        return new Progress(out(), environment().terminal() && !json());
    }

    public final boolean json() {
        return jvfio().json();
    }

    /** Prints an object with these fields behind those that every object has. */
    public final void printJson(Consumer<Json> fields) {
        out().println(Json.object(environment().terminal(), json -> {
            json.number("schema", Json.SCHEMA);
            json.text("command", name());
            fields.accept(json);
        }));
    }

    /** Prints an object about a device, with these fields behind its name. */
    public final void printJson(Object device, Consumer<Json> fields) {
        printJson(json -> {
            json.text("device", device.toString());
            fields.accept(json);
        });
    }

    /** Prints a line about a device, or an object with these fields with {@code --json}. */
    public final void print(Object device, String line, Consumer<Json> fields) {
        if (json()) {
            printJson(device, fields);
        } else {
            out().println(line);
        }
    }

    /** Prints a line for people; nothing with {@code --json}. */
    public final void say(String line) {
        if (!json()) {
            out().println(line);
        }
    }

    /** Prints a table. */
    public final void print(Table table) {
        table.print(out(), environment().terminal());
    }

    /** {@code vf create}: the words after {@code jvfio}. */
    private String name() {
        return spec.qualifiedName().substring(spec.root().name().length() + 1);
    }

    /** How long a step may take, which is some time at least. */
    public final Duration timeout(int seconds) {
        if (seconds < 1) {
            throw usage("a timeout is 1 second at least");
        }
        return Duration.ofSeconds(seconds);
    }

    /** All that can be said on the command line. */
    public final CommandLine commandLine() {
        return spec.root().commandLine();
    }

    /** The command line asks for what makes no sense. */
    public final ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
