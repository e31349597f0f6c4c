// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.mlx5;

import io.jvfio.DeviceLocator;
import io.jvfio.cli.command.CommandFailure;
import io.jvfio.cli.command.Converters;
import io.jvfio.cli.command.DeviceCommand;
import io.jvfio.cli.command.ExitCode;
import io.jvfio.cli.out.Progress;
import io.jvfio.pci.PciDevice;
import io.jvfio.vendor.mlx.BringUpOptions;
import io.jvfio.vendor.mlx.Hca;
import io.jvfio.vendor.mlx.Mlx5;
import picocli.CommandLine.Parameters;

/** A command on an mlx5 function. */
abstract class Mlx5DeviceCommand extends DeviceCommand {
    @Parameters(index = "0", paramLabel = "D", description = "The function.", converter = Converters.Locator.class)
    @SuppressWarnings("NullAway.Init")
    private DeviceLocator locator;

    /** What to do with a function that is up. */
    @FunctionalInterface
    interface HcaWork {
        /** Returns the exit code. */
        int on(PciDevice device, Hca hca) throws Exception;
    }

    final DeviceLocator locator() {
        return locator;
    }

    /** What the vendor's variant offers of a device. */
    final Mlx5 mlx5(PciDevice device) {
        return device.as(Mlx5.class)
                .orElseThrow(() -> new CommandFailure(
                        locator + " has no variant of mlx5 on it (mlx.cx-pf, mlx.cx-vf): explain --open says why",
                        ExitCode.VARIANT));
    }

    /** Brings the function up, and takes it down whatever happens. */
    final int withHca(HcaWork work) throws Exception {
        return with(locator, device -> {
            Progress progress = progress();
            try (Hca hca = mlx5(device).bringUp(BringUpOptions.defaults().withProgress(progress::show))) {
                progress.clear();
                return work.on(device, hca);
            } finally {
                progress.clear();
            }
        });
    }
}
