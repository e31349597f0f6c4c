// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli;

import io.jvfio.Errno;
import io.jvfio.FileFailure;
import io.jvfio.cli.command.Environment;
import io.jvfio.cli.command.ExitCode;
import io.jvfio.cli.command.Interruption;
import io.jvfio.cli.command.RootCommand;
import io.jvfio.cli.out.StandardOutput;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.lang.module.ModuleDescriptor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** The {@code jvfio} command itself; what it does is in its subcommands. */
@Command(
        name = "jvfio",
        description = "Looks at, drives and tests PCI devices through VFIO.",
        versionProvider = Jvfio.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        modelTransformer = Jvfio.Named.class,
        footer = {
            "",
            "D is a device: a PCI address such as 0000:01:00.0, or SCHEME:TARGET. jvfio --help lists the schemes.",
            "",
            "Exit codes: 0 done, 1 failed or no, 2 refused because it would do harm, 3 ambiguous, 4 failed and all is"
                    + " as before, 5 failed half-way, 6 there is no such driver, 7 the device's node or group cannot be had, 64 wrong usage."
        })
public final class Jvfio extends RootCommand {
    /** The names of the commands that are made. */
    private final List<String> names;

    /** For picocli's tools, which describe commands and run none. */
    @SuppressWarnings("unused")
    private Jvfio() {
        this(Environment.system(new Interruption(), OutputStream.nullOutputStream()), CommandGroup.allNames());
    }

    private Jvfio(Environment environment, List<String> names) {
        super(environment);
        this.names = names;
    }

    /** Runs the command and ends the process with its exit code. */
    static void main(String[] args) {
        Interruption interruption = Interruption.install(Thread.currentThread());
        StandardOutput output = new StandardOutput();
        Environment environment = Environment.system(interruption, output);
        CommandLine command = commandLine(environment, args);
        int code = command.execute(args);
        environment.out().flush();
        code = output.failure()
                .map(failure -> unwritten(failure, command.getErr()))
                .orElse(code);
        interruption.finished(code);
        if (code != 0 || !isAlone()) {
            System.exit(code);
        }
        // Else the JVM ends by itself, without a look for somebody who logs exits, which takes longer than some
        // commands.
    }

    /** Whether no other thread keeps the process alive. */
    private static boolean isAlone() {
        ThreadGroup group = Thread.currentThread().getThreadGroup();
        Thread[] threads = new Thread[group.activeCount() + 1];
        int count = group.enumerate(threads);
        return count < threads.length
                && Arrays.stream(threads, 0, count)
                        .allMatch(thread -> thread.isDaemon() || thread == Thread.currentThread());
    }

    /** Results that nobody has got are a failure; a reader who has seen enough need not be told. */
    private static int unwritten(IOException failure, PrintWriter err) {
        if (FileFailure.errno(failure) != Errno.EPIPE) {
            err.println("jvfio: "
                    + FileFailure.of("write", "standard output", failure).getMessage());
            err.flush();
        }
        return ExitCode.FAILED;
    }

    /**
     * Runs the command in this process, as if its output went to a pipe.
     *
     * @param out where results go
     * @param err where reasons of failures go
     * @param args the command line, without the program's name
     * @return the exit code
     */
    public static int run(PrintWriter out, PrintWriter err, String... args) {
        Environment environment = Environment.system(new Interruption(), OutputStream.nullOutputStream())
                .withOutput(out, false);
        return commandLine(environment, args).setErr(err).execute(args);
    }

    /**
     * The command with the subcommands that a command line can be about.
     *
     * @param args the command line; without one all are made
     */
    static CommandLine commandLine(Environment environment, String... args) {
        Jvfio jvfio = new Jvfio(environment, Commands.named(args));
        Failures failures = new Failures(jvfio);
        CommandLine command = new CommandLine(jvfio);
        command.setOut(environment.out());
        command.setExecutionExceptionHandler(failures);
        command.setParameterExceptionHandler(failures);
        command.setUsageHelpAutoWidth(true);
        Map<String, IHelpSectionRenderer> sections = command.getHelpSectionMap();
        sections.remove(UsageMessageSpec.SECTION_KEY_COMMAND_LIST_HEADING);
        sections.put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST, CommandGroup::text);
        sections.put(UsageMessageSpec.SECTION_KEY_FOOTER, help -> Scheme.text(help.colorScheme()) + help.footer());
        return command;
    }

    /** Adds the subcommands. */
    static final class Named implements IModelTransformer {
        /** For picocli. */
        Named() {}

        @Override
        public CommandSpec transform(CommandSpec spec) {
            for (String name : ((Jvfio) spec.userObject()).names) {
                spec.addSubcommand(name, new CommandLine(Objects.requireNonNull(Commands.type(name))));
            }
            return spec;
        }
    }

    /** The version of the module, and of the Java that runs it. */
    static final class Version implements IVersionProvider {
        /** For picocli. */
        Version() {}

        @Override
        public String[] getVersion() {
            String version = Optional.ofNullable(Jvfio.class.getModule().getDescriptor())
                    .flatMap(ModuleDescriptor::rawVersion)
                    .orElse("(not packaged)");
            return new String[] {"jvfio " + version + " on Java " + Runtime.version()};
        }
    }
}
