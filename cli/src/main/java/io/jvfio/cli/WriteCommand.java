// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli;

import io.jvfio.DeviceLocator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code jvfio write}. */
@Command(
        name = "write",
        description = "Writes one register in one access of its width.",
        footer = {
            "",
            "The kernel resets a device, where it can, when the last user closes it: what was written may not last"
                    + " until the next command."
        })
final class WriteCommand extends DeviceCommand {
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
            paramLabel = "VALUE",
            description = "What to write.",
            converter = Converters.Unsigned.class)
    private long value;

    @Parameters(
            index = "4",
            arity = "0..1",
            paramLabel = "WIDTH",
            defaultValue = "32",
            description = "8, 16, 32 or 64 bits (default: ${DEFAULT-VALUE}).",
            converter = Converters.Width.class)
    private int bits;

    /** For picocli. */
    WriteCommand() {}

    @Override
    public Integer call() throws Exception {
        RegisterAccess access = new RegisterAccess(region, offset, bits);
        String nonsense = access.nonsense();
        if (nonsense != null) {
            throw usage(nonsense);
        }
        if (bits < Long.SIZE && value >>> bits != 0) {
            throw usage(Hex.of(value) + " has more than " + bits + " bits");
        }
        return with(locator, device -> {
            access.write(device, value);
            if (json()) {
                printJson(json -> {
                    json.text("device", locator.toString());
                    json.text("region", region.toString());
                    json.hex("offset", offset);
                    json.number("width", bits);
                    json.hexBits("value", value, bits);
                });
            }
            return 0;
        });
    }
}
