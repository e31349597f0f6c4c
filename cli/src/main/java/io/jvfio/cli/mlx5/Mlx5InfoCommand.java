// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.mlx5;

import io.jvfio.cli.out.Properties;
import io.jvfio.mmio.Mmio;
import io.jvfio.pci.PciDevice;
import io.jvfio.vendor.mlx.Hca;
import io.jvfio.vendor.mlx.spec.InitSegment;
import picocli.CommandLine.Command;

/** {@code jvfio mlx5 info}. */
@Command(name = "info", description = "Brings the function up and tells firmware, board, pages and vectors.")
final class Mlx5InfoCommand extends Mlx5DeviceCommand {
    /** For picocli. */
    Mlx5InfoCommand() {}

    @Override
    public Integer call() throws Exception {
        return withHca(this::tell);
    }

    private int tell(PciDevice device, Hca hca) {
        Mmio registers = device.bar(0).mmio();
        int word = registers.read(InitSegment.FIRMWARE);
        int last = registers.read(InitSegment.INTERFACE);
        String firmware = InitSegment.MAJOR.of(word) + "." + InitSegment.MINOR.of(word) + "."
                + "%04d".formatted(InitSegment.SUBMINOR.of(last));
        int revision = InitSegment.INTERFACE_REVISION.of(last);
        if (json()) {
            printJson(locator(), json -> {
                json.text("firmware", firmware);
                json.number("commandInterface", revision);
                json.text("board", hca.psid());
                json.number("pages", hca.pages());
                json.number("vectors", hca.vectors());
                json.text("health", hca.health().text());
            });
            return 0;
        }
        Properties properties = new Properties();
        properties.add("firmware", firmware);
        properties.add("command interface", revision);
        properties.add("board", hca.psid());
        properties.add("firmware pages", hca.pages());
        properties.add("event vectors", hca.vectors());
        properties.add("health", hca.health().text());
        properties.print(out());
        return 0;
    }
}
