// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.nvme;

import io.jvfio.cli.command.Converters;
import io.jvfio.cli.out.Dump;
import io.jvfio.cli.out.Sizes;
import io.jvfio.driver.nvme.Namespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code jvfio nvme read}. */
@Command(name = "read", description = "Prints blocks in hexadecimal, or puts them into a file.")
final class NvmeReadCommand extends NvmeDeviceCommand.OnNamespace {
    private static final int PIECE = 1 << 20;

    @Parameters(
            index = "1",
            paramLabel = "LBA",
            description = "The first block.",
            converter = Converters.Unsigned.class)
    private long lba;

    @Parameters(
            index = "2",
            arity = "0..1",
            paramLabel = "BLOCKS",
            defaultValue = "1",
            description = "How many blocks (${DEFAULT-VALUE}).",
            converter = Converters.Unsigned.class)
    private long blocks;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Write the bytes to this file instead; it must not exist.")
    private @Nullable Path output;

    /** For picocli. */
    NvmeReadCommand() {}

    @Override
    public Integer call() throws Exception {
        if (blocks < 1) {
            throw usage("BLOCKS is 1 at least");
        }
        return withController(controller -> {
            Namespace namespace = namespace(controller);
            NvmeRange range = new NvmeRange(namespace, lba, blocks);
            Path file = output;
            if (file != null) {
                save(range, file);
            } else if (!json()) {
                range.forEach(PIECE, (offset, bytes) -> Dump.print(out(), offset, bytes));
            }
            if (json()) {
                printJson(locator(), json -> {
                    json.number("namespace", Integer.toUnsignedLong(namespace.id()));
                    json.hex("lba", lba);
                    json.number("blocks", blocks);
                    json.number("blockSize", namespace.info().blockSize());
                    if (file != null) {
                        json.text("file", file.toString());
                    } else {
                        StringBuilder hex = new StringBuilder();
                        range.forEach(PIECE, (offset, bytes) -> hex.append(Dump.hex(bytes)));
                        json.text("data", hex.toString());
                    }
                });
            } else if (file != null) {
                out().println(Sizes.text(range.size()) + " from " + namespace + " are in " + file);
            }
            return 0;
        });
    }

    private void save(NvmeRange range, Path file) throws IOException {
        try (WritableByteChannel channel =
                Files.newByteChannel(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            range.forEach(PIECE, (offset, bytes) -> {
                try {
                    ByteBuffer piece = bytes.asByteBuffer();
                    while (piece.hasRemaining()) {
                        channel.write(piece);
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
