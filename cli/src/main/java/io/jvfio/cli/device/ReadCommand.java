// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.device;

import io.jvfio.Hex;
import io.jvfio.cli.command.Converters;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code jvfio read}. */
@Command(
        name = "read",
        description = "Reads one register in one access of its width.",
        footer = {"", "Reading a register can change the device. Opening a device can reset it."})
public final class ReadCommand extends RegisterCommand {
    @Parameters(
            index = "3",
            arity = "0..1",
            paramLabel = WIDTH,
            defaultValue = DEFAULT_WIDTH,
            description = WIDTH_TEXT,
            converter = Converters.Width.class)
    private int bits;

    /** For picocli. */
    ReadCommand() {}

    @Override
    public Integer call() throws Exception {
        RegisterAccess access = access(bits);
        return with(device -> {
            long value = access.read(device);
            print(locator, Hex.ofBits(value, bits), json -> fields(json, access, value));
            return 0;
        });
    }
}
