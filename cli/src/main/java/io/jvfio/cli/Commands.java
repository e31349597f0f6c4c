// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli;

import io.jvfio.cli.bench.BenchCommand;
import io.jvfio.cli.bind.BindCommand;
import io.jvfio.cli.bind.ExplainCommand;
import io.jvfio.cli.bind.RecoverCommand;
import io.jvfio.cli.bind.ReleaseCommand;
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
import io.jvfio.cli.serve.ExportCommand;
import io.jvfio.cli.serve.PassCommand;
import io.jvfio.cli.serve.ServeCommand;
import io.jvfio.cli.zpci.ZpciCommands;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The commands by name. Only those that a command line can be about are made, since to make all takes longer than most of
 * them run.
 *
 * <p>Threads: stateless.
 */
final class Commands {
    private static final Set<String> ABOUT_ALL = Set.of("-h", "--help", "-V", "--version");

    private Commands() {}

    /** The class of a command, or null if there is none of this name. */
    static @Nullable Class<?> type(String name) {
        return switch (name) {
            case "list" -> ListCommand.class;
            case "show" -> ShowCommand.class;
            case "explain" -> ExplainCommand.class;
            case "bind" -> BindCommand.class;
            case "release" -> ReleaseCommand.class;
            case "recover" -> RecoverCommand.class;
            case "config" -> ConfigCommand.class;
            case "read" -> ReadCommand.class;
            case "write" -> WriteCommand.class;
            case "reset" -> ResetCommand.class;
            case "vf" -> VfCommand.class;
            case "is-vfio" -> IsVfioCommand.class;
            case "udev" -> UdevCommand.class;
            case "doctor" -> DoctorCommand.class;
            case "irq" -> IrqCommand.class;
            case "pass" -> PassCommand.class;
            case "nvme" -> NvmeCommands.class;
            case "mlx5" -> Mlx5Commands.class;
            case "igd" -> IgdCommands.class;
            case "zpci" -> ZpciCommands.class;
            case "serve" -> ServeCommand.class;
            case "export" -> ExportCommand.class;
            case "demo" -> DemoCommand.class;
            case "bench" -> BenchCommand.class;
            case "completion" -> CompletionCommand.class;
            case TrainCommand.NAME -> TrainCommand.class;
            default -> null;
        };
    }

    /**
     * The commands that a command line can be about. The help of the whole and the version need none: one stands for all
     * there, so that the synopsis tells that there are commands.
     */
    static List<String> named(String... args) {
        String first = args.length == 0 ? "" : args[0];
        if (args.length == 1 && ABOUT_ALL.contains(first)) {
            return List.of("completion");
        }
        // What begins otherwise can be about any: an option comes first, or a name is mistyped.
        return type(first) == null || first.equals("completion") ? CommandGroup.allNames() : List.of(first);
    }
}
