// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli;

import io.jvfio.DeviceLocator;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code jvfio reset}. */
@Command(name = "reset", description = "Resets a function.")
final class ResetCommand extends DeviceCommand {
    @Parameters(index = "0", paramLabel = "D", description = "The device.", converter = Converters.Locator.class)
    @SuppressWarnings("NullAway.Init")
    private DeviceLocator locator;

    /** For picocli. */
    ResetCommand() {}

    @Override
    public Integer call() throws Exception {
        return with(locator, device -> {
            if (!device.device().info().resettable()) {
                throw new CommandFailure(
                        locator + " cannot be reset on its own: neither the function nor its slot or bus"
                                + " offers the kernel a way (ENOTTY); see reset_method in sysfs");
            }
            long start = System.nanoTime();
            device.reset();
            Duration duration = Duration.ofNanos(System.nanoTime() - start);
            if (json()) {
                printJson(json -> {
                    json.text("device", locator.toString());
                    json.number("nanoseconds", duration.toNanos());
                });
            } else {
                out().println(locator + " was reset in " + Durations.text(duration));
            }
            return 0;
        });
    }
}
