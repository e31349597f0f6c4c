// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.mlx5;

import io.jvfio.Hex;
import io.jvfio.cli.command.ExitCode;
import io.jvfio.cli.out.Properties;
import io.jvfio.vendor.mlx.MlxHealth;
import picocli.CommandLine.Command;

/** {@code jvfio mlx5 health}. */
@Command(
        name = "health",
        description = "Reads the health of the firmware from its registers; brings nothing up.",
        footer = {"", "Ends with 1 if nothing but a reset helps."})
final class Mlx5HealthCommand extends Mlx5DeviceCommand {
    /** For picocli. */
    Mlx5HealthCommand() {}

    @Override
    public Integer call() throws Exception {
        MlxHealth health = with(locator(), device -> mlx5(device).health());
        if (json()) {
            printJson(locator(), json -> {
                json.flag("fatal", health.isFatal());
                json.text("sensor", health.sensor().name());
                json.text("text", health.text());
                json.number("syndrome", health.syndrome());
                json.number("extendedSyndrome", health.extended());
                json.flag("resetRequested", health.resetRequested());
                json.number("severity", health.severity());
                json.number("counter", health.counter());
                json.texts("asserts", health.asserts().stream().map(Hex::of).toList());
            });
        } else {
            Properties properties = new Properties();
            properties.add("health", health.text());
            properties.add("syndrome", health.syndrome() == 0 ? "none" : Hex.of(health.syndrome()));
            properties.add("reset", health.resetRequested() ? "asked for" : "not asked for");
            properties.add("severity", health.severity());
            properties.add("counter", health.counter());
            properties.print(out());
        }
        return health.isFatal() ? ExitCode.FAILED : 0;
    }
}
