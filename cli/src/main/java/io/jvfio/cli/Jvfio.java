// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli;

import io.jvfio.Errno;
import io.jvfio.FileFailure;
import io.jvfio.Vfio;
import io.jvfio.cli.bench.BenchCommand;
import io.jvfio.cli.bind.BindCommand;
import io.jvfio.cli.bind.ExplainCommand;
import io.jvfio.cli.bind.RecoverCommand;
import io.jvfio.cli.bind.ReleaseCommand;
import io.jvfio.cli.command.Environment;
import io.jvfio.cli.command.ExitCode;
import io.jvfio.cli.command.Interruption;
import io.jvfio.cli.command.RootCommand;
import io.jvfio.cli.demo.DemoCommand;
import io.jvfio.cli.device.ConfigCommand;
import io.jvfio.cli.device.IrqCommand;
import io.jvfio.cli.device.ReadCommand;
import io.jvfio.cli.device.ResetCommand;
import io.jvfio.cli.device.ShowCommand;
import io.jvfio.cli.device.WriteCommand;
import io.jvfio.cli.host.DoctorCommand;
import io.jvfio.cli.host.IsVfioCommand;
import io.jvfio.cli.host.ListCommand;
import io.jvfio.cli.host.UdevCommand;
import io.jvfio.cli.host.VfCommand;
import io.jvfio.cli.igd.IgdCommands;
import io.jvfio.cli.mlx5.Mlx5Commands;
import io.jvfio.cli.nvme.NvmeCommands;
import io.jvfio.cli.out.StandardOutput;
import io.jvfio.cli.serve.ExportCommand;
import io.jvfio.cli.serve.PassCommand;
import io.jvfio.cli.serve.ServeCommand;
import io.jvfio.cli.zpci.ZpciCommands;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.lang.module.ModuleDescriptor;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.ColorScheme;
import picocli.CommandLine.Help.Column;
import picocli.CommandLine.Help.Column.Overflow;
import picocli.CommandLine.Help.TextTable;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.UsageMessageSpec;

/** The {@code jvfio} command itself; what it does is in its subcommands. */
@Command(
        name = "jvfio",
        description = "Looks at, drives and tests PCI devices through VFIO.",
        versionProvider = Jvfio.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            ListCommand.class,
            ShowCommand.class,
            ExplainCommand.class,
            BindCommand.class,
            ReleaseCommand.class,
            RecoverCommand.class,
            ConfigCommand.class,
            ReadCommand.class,
            WriteCommand.class,
            ResetCommand.class,
            VfCommand.class,
            IsVfioCommand.class,
            UdevCommand.class,
            DoctorCommand.class,
            IrqCommand.class,
            PassCommand.class,
            NvmeCommands.class,
            Mlx5Commands.class,
            IgdCommands.class,
            ZpciCommands.class,
            ServeCommand.class,
            ExportCommand.class,
            DemoCommand.class,
            BenchCommand.class,
            CompletionCommand.class,
        },
        footer = {
            "",
            "D is a device: a PCI address such as 0000:01:00.0, or SCHEME:TARGET. jvfio --help lists the schemes.",
            "",
            "Exit codes: 0 done, 1 failed or no, 2 refused because it would do harm, 3 ambiguous, 4 failed and all is"
                    + " as before, 5 failed half-way, 6 there is no such driver, 7 the device's node or group cannot be had, 64 wrong usage."
        })
public final class Jvfio extends RootCommand {
    private static final int SCHEME_WIDTH = 26;
    private static final int MEANING_WIDTH = 54;

    /** For picocli's tools, which describe commands and run none. */
    @SuppressWarnings("unused")
    private Jvfio() {
        this(Environment.system(new Interruption(), OutputStream.nullOutputStream()));
    }

    private Jvfio(Environment environment) {
        super(environment);
    }

    /** Runs the command and ends the process with its exit code. */
    static void main(String[] args) {
        Interruption interruption = Interruption.install(Thread.currentThread());
        StandardOutput output = new StandardOutput();
        Environment environment = Environment.system(interruption, output);
        CommandLine command = commandLine(environment);
        int code = command.execute(args);
        environment.out().flush();
        code = output.failure()
                .map(failure -> unwritten(failure, command.getErr()))
                .orElse(code);
        interruption.finished(code);
        System.exit(code);
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
        return commandLine(environment).setErr(err).execute(args);
    }

    /** The command with its subcommands, as the launcher and the tests run it. */
    static CommandLine commandLine(Environment environment) {
        Jvfio jvfio = new Jvfio(environment);
        Failures failures = new Failures(jvfio);
        CommandLine command = new CommandLine(jvfio);
        command.setOut(environment.out());
        command.setExecutionExceptionHandler(failures);
        command.setParameterExceptionHandler(failures);
        command.setUsageHelpAutoWidth(true);
        Map<String, IHelpSectionRenderer> sections = command.getHelpSectionMap();
        sections.remove(UsageMessageSpec.SECTION_KEY_COMMAND_LIST_HEADING);
        sections.put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST, CommandGroups::text);
        sections.put(UsageMessageSpec.SECTION_KEY_FOOTER, help -> schemes(help.colorScheme()) + help.footer());
        return command;
    }

    /** The schemes of locators that the command itself opens; asked for when help is printed, as that takes time. */
    private static String schemes(ColorScheme colours) {
        TextTable table = TextTable.forColumns(
                colours, new Column(SCHEME_WIDTH, 2, Overflow.SPAN), new Column(MEANING_WIDTH, 2, Overflow.WRAP));
        try (Vfio vfio = Vfio.create()) {
            vfio.schemes().forEach((scheme, text) -> {
                String[] targetAndMeaning = text.split(": ", 2);
                table.addRowValues(scheme + ":" + targetAndMeaning[0], targetAndMeaning[targetAndMeaning.length - 1]);
            });
        }
        return String.format("%nSchemes of devices:%n") + table;
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
