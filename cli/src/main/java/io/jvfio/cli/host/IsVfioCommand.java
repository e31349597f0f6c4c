// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.host;

import io.jvfio.DeviceLocator;
import io.jvfio.cli.command.Converters;
import io.jvfio.cli.command.ExitCode;
import io.jvfio.cli.command.HostCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code jvfio is-vfio}. */
@Command(
        name = "is-vfio",
        description = "Tells whether a device is bound to a driver that offers VFIO, whatever the driver's name.",
        footer = {"", "The exit code is 0 for yes and 1 for no."})
public final class IsVfioCommand extends HostCommand {
    @Parameters(index = "0", paramLabel = "D", description = "The device.", converter = Converters.Locator.class)
    @SuppressWarnings("NullAway.Init")
    private DeviceLocator locator;

    @Option(
            names = {"-q", "--quiet"},
            description = "Print nothing.")
    private boolean quiet;

    /** For picocli. */
    IsVfioCommand() {}

    @Override
    public Integer call() {
        Seen device = seen(locator);
        boolean yes = device.access().bound();
        if (json()) {
            printJson(locator, json -> {
                json.flag("vfio", yes);
                json.text("driver", device.driver());
            });
        } else if (!quiet) {
            out().println(
                            yes
                                    ? "yes: " + device.driver()
                                    : "no: " + device.access().reason());
        }
        return yes ? 0 : ExitCode.FAILED;
    }
}
