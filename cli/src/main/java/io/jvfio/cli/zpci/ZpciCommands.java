// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.zpci;

import picocli.CommandLine.Command;

/** {@code jvfio zpci}: functions of IBM Z by io.jvfio.platform.zpci. */
@Command(
        name = "zpci",
        description = "Tells what IBM Z knows of a PCI function.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {ZpciInfoCommand.class})
public final class ZpciCommands {
    /** For picocli. */
    ZpciCommands() {}
}
