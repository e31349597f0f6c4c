// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.nvme;

import io.jvfio.Durations;
import io.jvfio.cli.command.CommandFailure;
import io.jvfio.cli.command.Converters;
import io.jvfio.cli.out.Json;
import io.jvfio.cli.out.Progress;
import io.jvfio.cli.out.Table;
import io.jvfio.cli.page.Machine;
import io.jvfio.cli.page.PageFile;
import io.jvfio.driver.nvme.CompletionMode;
import io.jvfio.driver.nvme.Namespace;
import io.jvfio.driver.nvme.NvmeController;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code jvfio nvme bench}. */
@Command(
        name = "bench",
        description = "Measures commands in a second and their latencies, by queue depth.",
        footer = {
            "",
            "Latencies are from the post of a command to its completion being seen. Nothing is written unless --write is"
                    + " given; then what is in the namespace is lost."
        })
final class NvmeBenchCommand extends NvmeDeviceCommand.OnNamespace {
    private static final int DEEPEST = 4096;

    @Option(names = "--write", description = "Write instead of reading.")
    private boolean write;

    @Option(
            names = {"-b", "--block-size"},
            paramLabel = "BYTES",
            defaultValue = "4K",
            description = "What each command moves (${DEFAULT-VALUE}).",
            converter = Converters.Bytes.class)
    private long size;

    @Option(
            names = "--qd",
            split = ",",
            paramLabel = "N",
            defaultValue = "1,2,4,8,16,32,64,128,256",
            description = "How many commands each queue has under way (${DEFAULT-VALUE}).")
    private List<Integer> depths = List.of();

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "2",
            description = "How long for each queue depth (${DEFAULT-VALUE}).")
    private double seconds;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "1",
            description = "How many threads, each with a queue of its own (${DEFAULT-VALUE}).")
    private int threads;

    @Option(names = "--sequential", description = "One block after the other, not in random order.")
    private boolean sequential;

    @Option(
            names = "--mode",
            paramLabel = "MODE",
            converter = Modes.class,
            completionCandidates = Modes.class,
            description = "How completions are waited for: ${COMPLETION-CANDIDATES} (default: polled).")
    private CompletionMode mode = CompletionMode.POLLED;

    @Option(
            names = "--warm-up",
            paramLabel = "N",
            defaultValue = "10",
            description = "How long at most to run before measuring, until the rate is steady; 0 for not at all"
                    + " (${DEFAULT-VALUE}).")
    private double warmUp;

    @Option(names = "--histogram", description = "Print how often which latency was seen, too.")
    private boolean histogram;

    @Option(names = "--html", paramLabel = "FILE", description = "Write a page with the plots to this file, too.")
    private @Nullable Path html;

    /** For picocli. */
    NvmeBenchCommand() {}

    @Override
    public Integer call() throws Exception {
        if (depths.stream().anyMatch(depth -> depth < 1 || depth > DEEPEST)) {
            throw usage("--qd is 1 to " + DEEPEST);
        }
        if (!(seconds > 0 && seconds <= 3600)) {
            throw usage("--seconds is more than 0 and 3600 at most");
        }
        if (!(warmUp >= 0 && warmUp <= 3600)) {
            throw usage("--warm-up is 0 to 3600");
        }
        if (threads < 1 || threads > 256) {
            throw usage("--threads is 1 to 256");
        }
        return withController(controller -> {
            BenchPlan plan = plan(controller);
            List<Integer> taken = depths(controller);
            if (write) {
                checkMayWrite(plan.namespace());
            }
            Progress progress = progress();
            List<BenchStep> steps = new ArrayList<>();
            try (PageFile page = PageFile.open(html)) {
                BenchText text = new BenchText(out());
                if (!json()) {
                    out().println(plan.namespace() + " ("
                            + Table.printable(controller.info().model()) + "): " + plan.text());
                    text.headings();
                }
                try {
                    new BenchRun(plan, progress).run(taken, duration(warmUp), step -> {
                        steps.add(step);
                        if (!json()) {
                            text.step(step);
                            if (histogram) {
                                text.histogram(step);
                            }
                        }
                    });
                } finally {
                    // What is measured is told, whatever ended the rest.
                    if (json()) {
                        printJson(json -> fill(json, plan, steps, taken.size()));
                    }
                    if (page != null && !steps.isEmpty()) {
                        page.write(new BenchPage(title(controller), subtitles(plan), steps).html());
                        say("plots: " + html);
                    }
                }
            }
            return 0;
        });
    }

    /** The queue depths that the controller takes, each once. */
    private List<Integer> depths(NvmeController controller) {
        int most = controller.depthLimit();
        List<Integer> more = depths.stream().filter(depth -> depth > most).toList();
        if (!more.isEmpty()) {
            say("the controller's queues take " + most + " commands at most: that is measured in place of QD "
                    + String.join(", ", more.stream().map(String::valueOf).toList()));
        }
        return depths.stream().map(depth -> Math.min(depth, most)).distinct().toList();
    }

    private BenchPlan plan(NvmeController controller) {
        Namespace namespace = namespace(controller);
        int blockSize = namespace.info().blockSize();
        if (size < blockSize || size % blockSize != 0 || size > controller.maxTransfer()) {
            throw new CommandFailure("commands of " + size + " bytes: " + namespace + " has blocks of " + blockSize
                    + ", and a command moves " + controller.maxTransfer() + " at most");
        }
        if (threads > controller.queueLimit()) {
            throw new CommandFailure(locator() + " has queues for " + controller.queueLimit() + " threads at most");
        }
        if (size > namespace.info().size()) {
            throw new CommandFailure(namespace + " is smaller than one command");
        }
        return new BenchPlan(namespace, (int) (size / blockSize), write, !sequential, mode, threads, duration(seconds));
    }

    private String title(NvmeController controller) {
        return Table.printable(controller.info().model()) + " (" + locator() + ")";
    }

    private static List<String> subtitles(BenchPlan plan) {
        return List.of(plan.text() + ", " + Durations.text(plan.duration()) + " for each queue depth", Machine.text());
    }

    private static Duration duration(double seconds) {
        return Duration.ofNanos((long) (seconds * 1e9));
    }

    private void fill(Json json, BenchPlan plan, List<BenchStep> steps, int wanted) {
        json.text("device", locator().toString());
        json.text("model", plan.namespace().controller().info().model());
        json.number("namespace", Integer.toUnsignedLong(plan.namespace().id()));
        json.flag("writes", plan.writing());
        json.flag("random", plan.random());
        json.text("mode", Converters.spelling(plan.mode()));
        json.number("threads", plan.threads());
        json.number("commandSize", plan.commandSize());
        json.flag("complete", steps.size() == wanted);
        json.text("machine", Machine.text());
        json.objects("steps", steps, (item, step) -> {
            item.number("queueDepth", step.depth());
            item.number("commands", step.commands());
            item.number("nanoseconds", step.nanos());
            item.decimal("iops", step.iops());
            item.decimal("mebibytesPerSecond", step.throughput());
            item.object("latency", latency -> {
                latency.number("min", step.latencies().getMinValue());
                latency.decimal("mean", step.latencies().getMean());
                latency.number("p50", step.latency(50).toNanos());
                latency.number("p90", step.latency(90).toNanos());
                latency.number("p99", step.latency(99).toNanos());
                latency.number("p99.9", step.latency(99.9).toNanos());
                latency.number("p99.99", step.latency(99.99).toNanos());
                latency.number("max", step.latencies().getMaxValue());
            });
            item.objects("histogram", BenchText.buckets(step), (one, bucket) -> {
                one.number("limit", bucket.limit());
                one.number("count", bucket.count());
            });
        });
    }

    /** The ways to wait for completions. */
    static final class Modes extends Converters.Spelled<CompletionMode> {
        /** For picocli. */
        Modes() {
            super(CompletionMode.values(), "way to wait for completions");
        }
    }
}
