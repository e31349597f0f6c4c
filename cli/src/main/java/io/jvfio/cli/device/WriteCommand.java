// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.device;

import io.jvfio.Hex;
import io.jvfio.cli.command.Converters;
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
public final class WriteCommand extends RegisterCommand {
    @Parameters(
            index = "3",
            paramLabel = "VALUE",
            description = "What to write.",
            converter = Converters.Unsigned.class)
    private long value;

    @Parameters(
            index = "4",
            arity = "0..1",
            paramLabel = WIDTH,
            defaultValue = DEFAULT_WIDTH,
            description = WIDTH_TEXT,
            converter = Converters.Width.class)
    private int bits;

    /** For picocli. */
    WriteCommand() {}

    @Override
    public Integer call() throws Exception {
        RegisterAccess access = access(bits);
        if (bits < Long.SIZE && value >>> bits != 0) {
            throw usage(Hex.of(value) + " has more than " + bits + " bits");
        }
        return with(device -> {
            access.write(device, value);
            if (json()) {
                printJson(locator, json -> fields(json, access, value));
            }
            return 0;
        });
    }
}
