// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli;

import io.jvfio.DeviceLocator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code jvfio read}. */
@Command(
        name = "read",
        description = "Reads one register in one access of its width.",
        footer = {"", "Reading a register can change the device. Opening a device can reset it."})
final class ReadCommand extends DeviceCommand {
    @Parameters(index = "0", paramLabel = "D", description = "The device.", converter = Converters.Locator.class)
    @SuppressWarnings("NullAway.Init")
    private DeviceLocator locator;

    @Parameters(
            index = "1",
            paramLabel = "REGION",
            description = "bar0 to bar5, rom, config, vga, or a number.",
            converter = Region.Converter.class)
    @SuppressWarnings("NullAway.Init")
    private Region region;

    @Parameters(
            index = "2",
            paramLabel = "OFF",
            description = "Bytes from the region's start.",
            converter = Converters.Unsigned.class)
    private long offset;

    @Parameters(
            index = "3",
            arity = "0..1",
            paramLabel = "WIDTH",
            defaultValue = "32",
            description = "8, 16, 32 or 64 bits (default: ${DEFAULT-VALUE}).",
            converter = Converters.Width.class)
    private int bits;

    /** For picocli. */
    ReadCommand() {}

    @Override
    public Integer call() throws Exception {
        RegisterAccess access = new RegisterAccess(region, offset, bits);
        String nonsense = access.nonsense();
        if (nonsense != null) {
            throw usage(nonsense);
        }
        return with(locator, device -> {
            long value = access.read(device);
            if (json()) {
                printJson(json -> {
                    json.text("device", locator.toString());
                    json.text("region", region.toString());
                    json.hex("offset", offset);
                    json.number("width", bits);
                    json.hexBits("value", value, bits);
                });
            } else {
                out().println(Hex.ofBits(value, bits));
            }
            return 0;
        });
    }
}
