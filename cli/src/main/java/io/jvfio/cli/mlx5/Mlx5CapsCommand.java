// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.mlx5;

import io.jvfio.cli.out.Properties;
import io.jvfio.vendor.mlx.spec.GeneralCapability;
import picocli.CommandLine.Command;

/** {@code jvfio mlx5 caps}. */
@Command(
        name = "caps",
        description = "Brings the function up and tells its general capabilities, by the names that Linux gives them.",
        footer = {"", "Those that are 0 are left out; --json has all."})
final class Mlx5CapsCommand extends Mlx5DeviceCommand {
    /** For picocli. */
    Mlx5CapsCommand() {}

    @Override
    public Integer call() throws Exception {
        return withHca((device, hca) -> {
            if (json()) {
                printJson(
                        locator(),
                        json -> json.object("capabilities", fields -> {
                            for (GeneralCapability each : GeneralCapability.values()) {
                                fields.number(each.text(), Integer.toUnsignedLong(hca.capability(each)));
                            }
                        }));
                return 0;
            }
            Properties properties = new Properties();
            for (GeneralCapability each : GeneralCapability.values()) {
                int value = hca.capability(each);
                properties.add(each.text(), value == 0 ? null : Integer.toUnsignedString(value));
            }
            properties.print(out());
            return 0;
        });
    }
}
