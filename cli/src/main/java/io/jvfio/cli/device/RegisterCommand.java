// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.device;

import io.jvfio.cli.command.Converters;
import io.jvfio.cli.out.Json;
import picocli.CommandLine.Parameters;

/** A command that accesses one register: which one, and how what moved is printed. */
abstract class RegisterCommand extends OneDeviceCommand {
    static final String WIDTH = "WIDTH";
    static final String DEFAULT_WIDTH = "32";
    static final String WIDTH_TEXT = "8, 16, 32 or 64 bits (default: ${DEFAULT-VALUE}).";

    @Parameters(
            index = "1",
            paramLabel = "REGION",
            description = "bar0 to bar5, rom, config, vga, or a number.",
            converter = RegionName.Converter.class)
    @SuppressWarnings("NullAway.Init")
    private RegionName region;

    @Parameters(
            index = "2",
            paramLabel = "OFF",
            description = "Bytes from the region's start.",
            converter = Converters.Unsigned.class)
    private long offset;

    /** The access, which some device could do. */
    final RegisterAccess access(int bits) {
        RegisterAccess access = new RegisterAccess(region, offset, bits);
        String nonsense = access.nonsense();
        if (nonsense != null) {
            throw usage(nonsense);
        }
        return access;
    }

    static void fields(Json json, RegisterAccess access, long value) {
        json.text("region", access.region().toString());
        json.hex("offset", access.offset());
        json.number("width", access.bits());
        json.hexBits("value", value, access.bits());
    }
}
