// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.mlx5;

import picocli.CommandLine.Command;

/** {@code jvfio mlx5}: mlx5 functions by io.jvfio.vendor.mlx. */
@Command(
        name = "mlx5",
        description = "Looks at ConnectX and BlueField functions, and runs commands of their firmware.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {Mlx5InfoCommand.class, Mlx5CapsCommand.class, Mlx5HealthCommand.class, Mlx5CmdCommand.class},
        footer = {
            "",
            "All but health bring the function up, which takes up to two minutes, and take it down again."
                    + " A function that somebody else drives is refused."
        })
public final class Mlx5Commands {
    /** For picocli. */
    Mlx5Commands() {}
}
