// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli;

import io.jvfio.PciAddress;
import io.jvfio.host.driver.BindOptions;
import io.jvfio.host.driver.BindResult.Change;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code jvfio release}. */
@Command(
        name = "release",
        description = "Gives a device back to the driver that it had before, unless somebody has it open.")
final class ReleaseCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init")
    private Jvfio jvfio;

    @Mixin
    private final ChangeOptions how = new ChangeOptions();

    @Parameters(index = "0", paramLabel = "D", description = "The PCI function.", converter = Converters.Address.class)
    @SuppressWarnings("NullAway.Init")
    private PciAddress address;

    /** For picocli. */
    ReleaseCommand() {}

    @Override
    public Integer call() {
        BindOptions options = BindOptions.defaults().withPatience(how.patience());
        if (how.dryRun()) {
            how.print(jvfio, "release", jvfio.environment().drivers().releaseSteps(address));
            return 0;
        }
        Optional<Change> change = jvfio.environment().drivers().release(address, options);
        if (jvfio.json()) {
            jvfio.out().println(Json.object(jvfio.environment().terminal(), json -> {
                json.number("schema", Jvfio.SCHEMA);
                json.text("command", "release");
                ChangeOptions.changes(json, change.stream().toList());
            }));
        } else if (change.isEmpty()) {
            jvfio.out().println(address + ": has no VFIO driver");
        } else {
            ChangeOptions.print(jvfio.out(), List.of(change.get()));
        }
        return 0;
    }
}
