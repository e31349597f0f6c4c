// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.device;

import io.jvfio.DeviceLocator;
import io.jvfio.cli.command.Converters;
import io.jvfio.cli.command.DeviceCommand;
import picocli.CommandLine.Parameters;

/** A command on the device that its first word names. */
abstract class OneDeviceCommand extends DeviceCommand {
    @Parameters(index = "0", paramLabel = "D", description = "The device.", converter = Converters.Locator.class)
    @SuppressWarnings("NullAway.Init")
    DeviceLocator locator;

    /** Opens the device, and closes it whatever happens. */
    final <R> R with(Work<R> work) throws Exception {
        return with(locator, work);
    }
}
