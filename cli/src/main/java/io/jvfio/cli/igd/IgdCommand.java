// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.igd;

import io.jvfio.DeviceLocator;
import io.jvfio.FileFailure;
import io.jvfio.cli.command.CommandFailure;
import io.jvfio.cli.command.Converters;
import io.jvfio.cli.command.DeviceCommand;
import io.jvfio.vendor.igd.IntelGraphics;
import io.jvfio.vendor.igd.spec.Blob;
import io.jvfio.vendor.igd.spec.MalformedIgdException;
import io.jvfio.vendor.igd.spec.OpRegion;
import io.jvfio.vendor.igd.spec.Vbt;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Parameters;

/** A command on what a device, or a file, has of Intel graphics. */
abstract class IgdCommand extends DeviceCommand {
    private static final String FILE = "file";

    @Parameters(
            index = "0",
            paramLabel = "D",
            description = "The device, or file:FILE of an OpRegion or a video BIOS table.",
            converter = Converters.Locator.class)
    @SuppressWarnings("NullAway.Init")
    private DeviceLocator locator;

    @Override
    public final Integer call() throws Exception {
        try {
            if (locator.scheme().equals(FILE)) {
                tell(firmware(read(locator.target())));
                return 0;
            }
            return with(locator, device -> {
                IntelGraphics graphics = IntelGraphics.of(device);
                tell(new Firmware(graphics.opRegion().orElse(null), null, graphics));
                return 0;
            });
        } catch (MalformedIgdException e) {
            throw new CommandFailure(locator + " cannot be decoded: " + e.getMessage());
        }
    }

    /** Prints it. */
    abstract void tell(Firmware firmware);

    final DeviceLocator locator() {
        return locator;
    }

    private Firmware firmware(Blob bytes) {
        if (bytes.startsWith(0, OpRegion.SIGNATURE)) {
            return new Firmware(OpRegion.parse(bytes), null, null);
        }
        if (bytes.startsWith(0, Vbt.SIGNATURE)) {
            return new Firmware(null, Vbt.parse(bytes), null);
        }
        throw new CommandFailure(locator + " is neither an OpRegion (" + OpRegion.SIGNATURE
                + ") nor a video BIOS table (" + Vbt.SIGNATURE + ")");
    }

    private static Blob read(String file) {
        try {
            return Blob.read(Path.of(file));
        } catch (IOException e) {
            throw FileFailure.of("read", file, e);
        }
    }
}
