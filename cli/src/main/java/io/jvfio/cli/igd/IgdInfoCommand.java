// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.igd;

import io.jvfio.cli.out.Properties;
import io.jvfio.vendor.igd.IntelGraphics;
import io.jvfio.vendor.igd.spec.OpRegion;
import io.jvfio.vendor.igd.spec.Vbt;
import picocli.CommandLine.Command;

/** {@code jvfio igd info}. */
@Command(name = "info", description = "Tells in short what there is: versions, builds, and where the table lies.")
final class IgdInfoCommand extends IgdCommand {
    /** For picocli. */
    IgdInfoCommand() {}

    @Override
    void tell(Firmware firmware) {
        OpRegion region = firmware.region();
        Vbt vbt = firmware.vbt();
        IntelGraphics graphics = firmware.graphics();
        if (json()) {
            printJson(locator(), json -> {
                if (graphics != null) {
                    json.object("graphics", fields -> IgdColumns.GRAPHICS.write(fields, graphics));
                }
                if (region != null) {
                    json.object("opRegion", fields -> IgdColumns.REGION.write(fields, region));
                }
                if (vbt != null) {
                    json.object("vbt", table -> IgdColumns.TABLE.write(table, vbt));
                }
                json.objects("findings", firmware.findings(), IgdColumns.FINDING::write);
            });
            return;
        }
        Properties properties = new Properties();
        if (graphics != null) {
            IgdColumns.GRAPHICS.addTo(properties, graphics);
            if (region == null) {
                properties.add("OpRegion", "none, as is usual for what is no boot display");
            }
        }
        if (region != null) {
            IgdColumns.REGION.addTo(properties, region);
        }
        if (vbt != null) {
            IgdColumns.TABLE.addTo(properties, vbt);
        }
        properties.print(out());
        if (!firmware.findings().isEmpty()) {
            out().println();
            print(IgdColumns.FINDING.table(firmware.findings()));
        }
    }
}
