// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.zpci;

import io.jvfio.DeviceLocator;
import io.jvfio.cli.command.CommandFailure;
import io.jvfio.cli.command.Converters;
import io.jvfio.cli.command.DeviceCommand;
import io.jvfio.cli.command.ExitCode;
import io.jvfio.cli.out.Properties;
import io.jvfio.cli.out.Table;
import io.jvfio.pci.PciDevice;
import io.jvfio.platform.zpci.Zpci;
import io.jvfio.platform.zpci.ZpciEvent;
import io.jvfio.platform.zpci.ZpciLayerProvider;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code jvfio zpci info}. */
@Command(
        name = "info",
        description = "Tells identity, group, aperture and limits of a function, and its errors.",
        footer = {"", "Error records that the kernel has are taken, and told this once."})
final class ZpciInfoCommand extends DeviceCommand {
    @Parameters(index = "0", paramLabel = "D", description = "The function.", converter = Converters.Locator.class)
    @SuppressWarnings("NullAway.Init")
    private DeviceLocator locator;

    /** For picocli. */
    ZpciInfoCommand() {}

    @Override
    public Integer call() throws Exception {
        return with(locator, this::tell);
    }

    private int tell(PciDevice device) {
        Zpci zpci = device.as(Zpci.class)
                .orElseThrow(() -> new CommandFailure(
                        locator + " has no layer " + ZpciLayerProvider.ID + " on it: explain --open says why",
                        ExitCode.VARIANT));
        List<ZpciEvent> events = zpci.drain();
        if (json()) {
            printJson(locator, json -> ZpciFacts.write(json, zpci, events));
            return 0;
        }
        Properties properties = new Properties();
        ZpciFacts.add(properties, zpci);
        properties.print(out());
        for (ZpciEvent event : events) {
            out().println("  error: " + Table.printable(event.text()));
            out().println("         -> " + Table.printable(event.remedy()));
        }
        return 0;
    }
}
