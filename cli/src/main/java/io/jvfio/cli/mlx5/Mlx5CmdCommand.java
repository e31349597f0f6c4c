// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.mlx5;

import io.jvfio.cli.out.Dump;
import io.jvfio.vendor.mlx.spec.Opcode;
import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code jvfio mlx5 cmd}. */
@Command(
        name = "cmd",
        description = "Brings the function up, runs one command of its firmware, and prints the output.",
        footer = {
            "",
            "  jvfio mlx5 cmd D 01010000000000000000000000000000 --out 272     # QUERY_ADAPTER",
            "What a command does to the function is undone by taking it down afterwards."
        })
final class Mlx5CmdCommand extends Mlx5DeviceCommand {
    private static final int LEAST = 16;

    @Parameters(
            index = "1",
            paramLabel = "INPUT",
            description = "The whole command with its opcode, in hexadecimal digits; 16 bytes or more.")
    @SuppressWarnings("NullAway.Init")
    private String image;

    @Option(
            names = "--out",
            paramLabel = "BYTES",
            description = "How long the output is, 16 or more (default: ${DEFAULT-VALUE}).")
    private int outputLength = LEAST;

    /** For picocli. */
    Mlx5CmdCommand() {}

    @Override
    public Integer call() throws Exception {
        byte[] input = bytes();
        if (outputLength < LEAST || outputLength > 1 << 20) {
            throw usage("--out " + outputLength + " is not 16 bytes to 1 MiB");
        }
        return withHca((device, hca) -> {
            MemorySegment output = MemorySegment.ofArray(hca.command(input, outputLength));
            if (json()) {
                printJson(locator(), json -> {
                    json.text("opcode", Opcode.text((input[0] & 0xff) << Byte.SIZE | input[1] & 0xff));
                    json.text("output", Dump.hex(output));
                });
                return 0;
            }
            Dump.print(out(), 0, output);
            return 0;
        });
    }

    /** The bytes of the command. */
    private byte[] bytes() {
        try {
            byte[] bytes = HexFormat.of().parseHex(image.replaceAll("[\\s_:]", ""));
            if (bytes.length < LEAST) {
                throw usage("a command of " + bytes.length + " bytes: 16 at least");
            }
            return bytes;
        } catch (IllegalArgumentException e) {
            throw usage("'" + image + "' is no even number of hexadecimal digits");
        }
    }
}
