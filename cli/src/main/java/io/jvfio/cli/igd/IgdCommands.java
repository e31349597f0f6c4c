// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.igd;

import picocli.CommandLine.Command;

/** {@code jvfio igd}: what firmware tells of Intel graphics, by io.jvfio.vendor.igd. */
@Command(
        name = "igd",
        description = "Takes apart what firmware tells of Intel graphics: the OpRegion and the video BIOS table.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {IgdInfoCommand.class, IgdOpRegionCommand.class, IgdVbtCommand.class},
        footer = {
            "",
            "D is a device, or file:FILE, the bytes of an OpRegion or of a video BIOS table, such as"
                    + " /sys/kernel/debug/dri/0/i915_opregion and i915_vbt have them."
        })
public final class IgdCommands {
    /** For picocli. */
    IgdCommands() {}
}
