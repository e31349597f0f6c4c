// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation.nvme;

import io.jvfio.emulation.ModelOption;
import io.jvfio.emulation.ModelOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a locator says of an NVMe controller.
 *
 * <p>Threads: immutable.
 *
 * @param size bytes of each namespace, a multiple of 4096; 0 for what the file has
 * @param namespaces how many, 1 or more
 * @param file where the blocks are kept, or null for memory
 * @param blockSize 512 or 4096
 * @param queues I/O queue pairs, 1 or more
 * @param mapped whether clients can map the doorbells, which a polling worker reads
 * @param sgl whether the controller takes SGLs
 * @param serial the serial number; empty for one that the model chooses
 * @param oddities what the controller refuses, delays and answers wrongly
 */
record NvmeOptions(
        long size,
        int namespaces,
        @Nullable Path file,
        int blockSize,
        int queues,
        boolean mapped,
        boolean sgl,
        String serial,
        List<OddRule> oddities) {
    static final long DEFAULT_SIZE = 256L << 20;
    private static final long LARGEST_SIZE = 1L << 44;
    private static final int MOST_NAMESPACES = 256;

    /** One vector is for the admin queue, and a page has room for 256. */
    private static final int MOST_QUEUES = 255;

    private static final int SERIAL_LENGTH = 20;

    static final List<ModelOption> KNOWN = List.of(
            new ModelOption("size", "", "bytes of each namespace; by default what the file has, or 256MiB"),
            new ModelOption("namespaces", "1", "how many namespaces, 1 to 256"),
            new ModelOption("file", "", "file that keeps the blocks of all namespaces; by default memory does"),
            new ModelOption("lba", "512", "bytes of a block, 512 or 4096; a driver can change it by a format"),
            new ModelOption("queues", "16", "pairs of I/O queues, 1 to 255"),
            new ModelOption("doorbells", "trapped", "trapped, or mapped with a worker that polls"),
            new ModelOption("sgl", "on", "whether the controller takes scatter/gather lists"),
            new ModelOption("serial", "", "serial number; by default the file's, or one by chance"),
            new ModelOption("refuse", "", "admin commands that are refused, for example doorbells;log:id=2:most=1"),
            new ModelOption("delay", "", "admin commands that take longer, for example identify-controller:ms=500"),
            new ModelOption("lie", "", "answers that are wrong, for example identify-controller:byte=261:value=0"));

    NvmeOptions {
        Objects.requireNonNull(serial, "serial");
        oddities = List.copyOf(oddities);
    }

    /** Reads the options. */
    static NvmeOptions parse(ModelOptions options) {
        long size = options.has("size") ? options.bytes("size", Namespace.GRANULE, LARGEST_SIZE) : 0;
        if (size % Namespace.GRANULE != 0) {
            throw new IllegalArgumentException("size=" + options.text("size")
                    + " of model nvme is no multiple of the largest block, " + Namespace.GRANULE + " bytes");
        }
        String serial = options.text("serial");
        if (serial.length() > SERIAL_LENGTH || serial.chars().anyMatch(c -> c < ' ' || c > '~')) {
            throw new IllegalArgumentException("serial=" + serial + " of model nvme is not up to " + SERIAL_LENGTH
                    + " printable ASCII characters");
        }
        return new NvmeOptions(
                size,
                (int) options.number("namespaces", 1, MOST_NAMESPACES),
                options.has("file") ? Path.of(options.text("file")) : null,
                Integer.parseInt(options.choice("lba", "512", "4096")),
                (int) options.number("queues", 1, MOST_QUEUES),
                options.choice("doorbells", "trapped", "mapped").equals("mapped"),
                options.flag("sgl"),
                serial,
                oddities(options));
    }

    private static List<OddRule> oddities(ModelOptions options) {
        List<OddRule> all = new ArrayList<>();
        all.addAll(OddRule.parse(OddRule.Kind.REFUSE, options.text("refuse")));
        all.addAll(OddRule.parse(OddRule.Kind.DELAY, options.text("delay")));
        all.addAll(OddRule.parse(OddRule.Kind.LIE, options.text("lie")));
        return all;
    }
}
