// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.nvme;

import io.jvfio.cli.command.CommandFailure;
import io.jvfio.cli.command.Converters;
import io.jvfio.cli.out.Progress;
import io.jvfio.cli.out.Sizes;
import io.jvfio.driver.nvme.Namespace;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code jvfio nvme write}. */
@Command(
        name = "write",
        description = "Writes a file to blocks, and flushes. What was there is lost.",
        footer = {"", "The file's size must be a multiple of the namespace's block size."})
final class NvmeWriteCommand extends NvmeDeviceCommand.OnNamespace {
    private static final int PIECE = 1 << 20;

    @Parameters(
            index = "1",
            paramLabel = "LBA",
            description = "The first block.",
            converter = Converters.Unsigned.class)
    private long lba;

    @Option(
            names = {"-i", "--input"},
            required = true,
            paramLabel = "FILE",
            description = "The file.")
    @SuppressWarnings("NullAway.Init")
    private Path input;

    @Option(names = "--yes", description = "Yes, overwrite the blocks.")
    private boolean yes;

    /** For picocli. */
    NvmeWriteCommand() {}

    @Override
    public Integer call() throws Exception {
        if (!yes) {
            throw usage("nvme write overwrites blocks: say --yes if that is what you want");
        }
        return withController(controller -> {
            Namespace namespace = namespace(controller);
            try (SeekableByteChannel file = Files.newByteChannel(input)) {
                int blockSize = namespace.info().blockSize();
                if (file.size() == 0 || file.size() % blockSize != 0) {
                    throw new CommandFailure(input + " has " + file.size() + " bytes, no multiple of the block size "
                            + blockSize + " of " + namespace);
                }
                NvmeRange range = new NvmeRange(namespace, lba, file.size() / blockSize);
                checkMayWrite(namespace);
                copy(file, range);
                report(range);
            }
            return 0;
        });
    }

    private void copy(SeekableByteChannel file, NvmeRange range) throws IOException, InterruptedException {
        Namespace namespace = range.namespace();
        int blockSize = namespace.info().blockSize();
        Progress progress = progress();
        ByteBuffer buffer = ByteBuffer.allocate(Math.max(PIECE, blockSize));
        for (long done = 0; done < range.size(); ) {
            if (Thread.interrupted()) {
                throw new InterruptedException("interrupted after " + done + " bytes");
            }
            buffer.clear().limit((int) Math.min(buffer.capacity(), range.size() - done));
            while (buffer.hasRemaining()) {
                if (file.read(buffer) < 0) {
                    throw new CommandFailure(input + " became shorter while it was read");
                }
            }
            namespace.write(range.lba() + done / blockSize, MemorySegment.ofBuffer(buffer.flip()));
            done += buffer.limit();
            progress.show(100 * done / range.size() + " % written");
        }
        namespace.flush();
        progress.clear();
    }

    private void report(NvmeRange range) {
        String line = Sizes.text(range.size()) + " of " + input + " are in " + range.namespace();
        print(locator(), line, json -> {
            json.number("namespace", Integer.toUnsignedLong(range.namespace().id()));
            json.hex("lba", range.lba());
            json.number("blocks", range.blocks());
            json.text("file", input.toString());
        });
    }
}
