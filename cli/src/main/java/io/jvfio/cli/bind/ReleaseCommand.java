// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.bind;

import io.jvfio.PciAddress;
import io.jvfio.binding.BindOptions;
import io.jvfio.binding.ReleaseResult;
import io.jvfio.cli.command.Converters;
import io.jvfio.cli.command.Subcommand;
import io.jvfio.cli.out.Table;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code jvfio release}. */
@Command(
        name = "release",
        description = "Gives a device back to the driver that it had before, unless somebody has it open.",
        footer = {"", "What 'jvfio bind --persist' has written for it is removed. If a step fails, all is put back."})
public final class ReleaseCommand extends Subcommand {
    @Mixin
    private final ChangeOptions how = new ChangeOptions();

    @Option(names = "--whole-group", description = "What VFIO has of its group too, all or none.")
    private boolean wholeGroup;

    @Parameters(index = "0", paramLabel = "D", description = "The PCI function.", converter = Converters.Address.class)
    @SuppressWarnings("NullAway.Init")
    private PciAddress address;

    /** For picocli. */
    ReleaseCommand() {}

    @Override
    public Integer call() {
        BindOptions options = new BindOptions(wholeGroup, false, false, how.patience(this));
        if (how.dryRun()) {
            how.print(this, environment().drivers().releaseSteps(address, options));
            return 0;
        }
        ReleaseResult result = environment().drivers().release(address, options);
        if (json()) {
            printJson(json -> {
                ChangeOptions.changes(json, result.changes());
                json.texts("notes", result.notes());
            });
        } else {
            if (result.changes().isEmpty()) {
                out().println(address + ": has no VFIO driver");
            }
            ChangeOptions.print(out(), result.changes());
            result.notes().forEach(note -> out().println("  " + Table.printable(note)));
        }
        return 0;
    }
}
