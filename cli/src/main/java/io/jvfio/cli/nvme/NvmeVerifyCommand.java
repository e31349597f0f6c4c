// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.nvme;

import io.jvfio.Durations;
import io.jvfio.cli.command.CommandFailure;
import io.jvfio.cli.command.Converters;
import io.jvfio.cli.command.ExitCode;
import io.jvfio.cli.out.Progress;
import io.jvfio.cli.out.Sizes;
import io.jvfio.driver.nvme.Namespace;
import java.time.Duration;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code jvfio nvme verify}. */
@Command(
        name = "verify",
        description = "Reads blocks and checks that each holds its pattern, which names its number and a generation.",
        footer = {
            "",
            "With --write the patterns are written first, and what was there is lost. Without it nothing is written: the"
                    + " blocks must hold what an earlier --write of the same generation left."
        })
final class NvmeVerifyCommand extends NvmeDeviceCommand.OnNamespace {
    private static final int LARGEST_COMMAND = 128 * 1024;

    private static final long DEFAULT_SIZE = 64 << 20;

    @Option(names = "--write", description = "Write the patterns first.")
    private boolean write;

    @Option(
            names = "--size",
            paramLabel = "BYTES",
            description = "How much, from the first block on (default: 64 MiB, or all if there is less).",
            converter = Converters.Bytes.class)
    private @Nullable Long size;

    @Option(
            names = "--generation",
            paramLabel = "N",
            defaultValue = "1",
            description = "The generation of the patterns (${DEFAULT-VALUE}).")
    private int generation;

    @Option(
            names = "--qd",
            paramLabel = "N",
            defaultValue = "32",
            description = "How many commands are under way (${DEFAULT-VALUE}).")
    private int depth;

    /** For picocli. */
    NvmeVerifyCommand() {}

    @Override
    public Integer call() throws Exception {
        if (depth < 1 || depth > 1024) {
            throw usage("--qd is 1 to 1024");
        }
        return withController(controller -> {
            Namespace namespace = namespace(controller);
            long blocks = blocks(namespace);
            if (write) {
                checkMayWrite(namespace);
            }
            try (BlockTraffic traffic = new BlockTraffic(namespace, depth, LARGEST_COMMAND)) {
                return run(namespace, traffic, blocks);
            }
        });
    }

    private int run(Namespace namespace, BlockTraffic traffic, long blocks) throws InterruptedException {
        PatternRun run = new PatternRun(traffic, generation);
        long bytes = blocks * namespace.info().blockSize();
        long start = System.nanoTime();
        long written = start;
        if (write) {
            run.write(0, blocks, progress("writing", blocks));
            traffic.flush();
            written = System.nanoTime();
            tell("wrote   ", bytes, written - start);
        }
        run.verify(0, blocks, progress("verifying", blocks));
        long end = System.nanoTime();
        tell("verified", bytes, end - written);
        String first = run.firstWrong();
        if (json()) {
            long writing = written - start;
            long reading = end - written;
            printJson(locator(), json -> {
                json.number("namespace", Integer.toUnsignedLong(namespace.id()));
                json.number("blocks", blocks);
                json.number("blockSize", namespace.info().blockSize());
                json.number("generation", generation);
                json.numberOrNull("writeNanoseconds", write ? writing : -1);
                json.number("verifyNanoseconds", reading);
                json.number("wrongBlocks", run.wrong());
                json.text("firstWrong", first);
            });
        } else if (first != null) {
            out().println(run.wrong() + " of " + blocks + " blocks are wrong; the first: " + first);
        }
        return first == null ? 0 : ExitCode.FAILED;
    }

    private LongConsumer progress(String what, long blocks) {
        Progress line = progress();
        return done -> {
            if (done >= blocks) {
                line.clear();
            } else if (line.due()) {
                line.show(what + ": " + 100 * done / blocks + " %");
            }
        };
    }

    private void tell(String what, long bytes, long nanos) {
        say(what + "  " + Sizes.text(bytes) + " in " + Durations.text(Duration.ofNanos(nanos)) + ", "
                + Math.round(bytes / 1048576.0 / (nanos / 1e9)) + " MiB/s");
    }

    private long blocks(Namespace namespace) {
        int blockSize = namespace.info().blockSize();
        Long wanted = size;
        long bytes = wanted == null ? Math.min(DEFAULT_SIZE, namespace.info().size()) : wanted;
        if (bytes < blockSize
                || bytes % blockSize != 0
                || bytes > namespace.info().size()) {
            throw new CommandFailure("--size " + bytes + " is no multiple of " + blockSize + " up to the "
                    + namespace.info().size() + " bytes of " + namespace);
        }
        return bytes / blockSize;
    }
}
