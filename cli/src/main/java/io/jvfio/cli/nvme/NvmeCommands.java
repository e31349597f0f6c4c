// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.nvme;

import picocli.CommandLine.Command;

/** {@code jvfio nvme}: what an NVMe controller is driven for, by the driver in io.jvfio.driver.nvme. */
@Command(
        name = "nvme",
        description = "Drives an NVMe controller in this process: identifies it, reads, writes, verifies and measures.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            NvmeIdentifyCommand.class,
            NvmeReadCommand.class,
            NvmeWriteCommand.class,
            NvmeVerifyCommand.class,
            NvmeBenchCommand.class
        },
        footer = {
            "",
            "The controller must be bound to a VFIO driver (jvfio bind), so no file system of this host is mounted from"
                    + " it. Commands that write need a flag that says so, and --force where the namespace seems to hold"
                    + " a file system, a partition table or the like."
        })
public final class NvmeCommands {
    /** For picocli. */
    NvmeCommands() {}
}
