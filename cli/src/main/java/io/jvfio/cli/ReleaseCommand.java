// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli;

import io.jvfio.PciAddress;
import io.jvfio.host.driver.BindOptions;
import io.jvfio.host.driver.BindResult.Change;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code jvfio release}. */
@Command(
        name = "release",
        description = "Gives a device back to the driver that it had before, unless somebody has it open.")
final class ReleaseCommand extends Subcommand {
    @Mixin
    private final ChangeOptions how = new ChangeOptions();

    @Parameters(index = "0", paramLabel = "D", description = "The PCI function.", converter = Converters.Address.class)
    @SuppressWarnings("NullAway.Init")
    private PciAddress address;

    /** For picocli. */
    ReleaseCommand() {}

    @Override
    public Integer call() {
        BindOptions options = BindOptions.defaults().withPatience(how.patience(this));
        if (how.dryRun()) {
            how.print(this, environment().drivers().releaseSteps(address));
            return 0;
        }
        Optional<Change> change = environment().drivers().release(address, options);
        if (json()) {
            printJson(json -> ChangeOptions.changes(json, change.stream().toList()));
        } else if (change.isEmpty()) {
            out().println(address + ": has no VFIO driver");
        } else {
            ChangeOptions.print(out(), List.of(change.get()));
        }
        return 0;
    }
}
