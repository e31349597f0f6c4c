// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli;

import io.jvfio.Vfio;
import io.jvfio.binding.KernelDrivers;
import io.jvfio.cli.command.CommandFailure;
import io.jvfio.cli.command.Environment;
import io.jvfio.cli.command.Interruption;
import io.jvfio.cli.command.OtherJars;
import io.jvfio.cli.command.Subcommand;
import io.jvfio.host.Host;
import io.jvfio.host.PciIds;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code jvfio train}, which the launcher runs after a build, with the JVM noting what is loaded and linked, so that later
 * starts find it ready. The help of each command is printed, and what looks at devices runs on a made-up host and on
 * models: no device of this host is touched, and nothing is written but in a folder that is removed. {@link OldClasses} are
 * raised before.
 */
@Command(
        name = TrainCommand.NAME,
        hidden = true,
        description = "Runs every command for the JVM to note what they need, as the launcher does after a build.")
final class TrainCommand extends Subcommand {
    static final String NAME = "train";

    /** What is done besides the help of each command. */
    private static final List<List<String>> WORK = List.of(
            List.of("--version"),
            List.of("list"),
            List.of("list", "--json"),
            List.of("list", "--tree"),
            List.of("list", "--groups"),
            List.of("show", "--no-open", PracticeHost.FUNCTION),
            List.of("explain", PracticeHost.FUNCTION),
            List.of("doctor"),
            List.of("is-vfio", PracticeHost.FUNCTION),
            List.of("show", "model:edu"),
            List.of("show", "--json", "model:edu"),
            List.of("config", "model:edu"),
            List.of("explain", "model:edu"),
            List.of("read", "model:edu", "bar0", "0"),
            List.of("demo", "model:edu"),
            List.of("nvme", "identify", "model:nvme"),
            List.of("igd", "info", "model:igd"),
            List.of("mlx5", "info", "model:mlx5"),
            List.of("completion", "bash"));

    @Option(
            names = "--raise",
            paramLabel = "FOLDER",
            description = "Instead, make the classes of the JARs in this folder new enough for the JVM to keep.")
    private @Nullable Path raised;

    /** For picocli. */
    TrainCommand() {}

    @Override
    public Integer call() throws IOException {
        if (raised != null) {
            OldClasses.raiseAll(raised);
            return 0;
        }
        PrintWriter nowhere = new PrintWriter(OutputStream.nullOutputStream(), true, Charset.defaultCharset());
        try (PracticeHost host = PracticeHost.make()) {
            Environment environment = environment(host.root(), nowhere);
            for (List<String> words : lines()) {
                String[] args = words.toArray(String[]::new);
                int code = Jvfio.commandLine(environment, args).setErr(nowhere).execute(args);
                // The answer can be no, of doctor for one; what is not understood or fails otherwise trains nothing.
                if (code > 1) {
                    throw new CommandFailure("'jvfio " + String.join(" ", words) + "' ended with " + code);
                }
            }
        }
        return 0;
    }

    private static Environment environment(Path root, PrintWriter out) {
        return new Environment(
                Host.of(root),
                KernelDrivers.of(root, Map.of()),
                PciIds::system,
                OtherJars.of(Map.of()),
                Vfio::open,
                out,
                false,
                new Interruption());
    }

    /** The command lines that are run, without the program's name. */
    static List<List<String>> lines() {
        List<List<String>> lines = new ArrayList<>();
        addHelp(
                lines,
                List.of(),
                Jvfio.commandLine(Environment.system(new Interruption(), OutputStream.nullOutputStream())));
        lines.addAll(WORK);
        return lines;
    }

    private static void addHelp(List<List<String>> lines, List<String> path, CommandLine command) {
        List<String> line = new ArrayList<>(path);
        line.add("--help");
        lines.add(line);
        command.getSubcommands().forEach((name, below) -> {
            List<String> longer = new ArrayList<>(path);
            longer.add(name);
            addHelp(lines, longer, below);
        });
    }
}
