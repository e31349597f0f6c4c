// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.bench;

import io.jvfio.cli.command.Subcommand;
import io.jvfio.cli.page.Machine;
import io.jvfio.cli.page.PageFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code jvfio bench}. */
@Command(
        name = "bench",
        description = "Measures how fast jvfio is here, with the same loops in C beside it.",
        footer = {
            "",
            "Java and C take turns, each time in a process of its own; what counts is the ratio. Use a machine that does"
                    + " nothing else. Without a C compiler Java is measured alone.",
            "",
            "NVMe beside others, whose figures then stand for C's: JVFIO_NVME_FUNCTION names a function for QEMU's and the"
                    + " kernel's drivers, JVFIO_NVME_TARGET a socket and JVFIO_NVME_CLIENT a command for those of vfio-user;"
                    + " docs/performance.md has the rest."
        })
public final class BenchCommand extends Subcommand {
    private static final int MOST_ROUNDS = 100;

    @Option(names = "--quick", description = "Some of the operations, for a short time: less than 5 minutes.")
    private boolean quick;

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "WORD",
            description = "Only what has this word in its name, or is of this area.")
    private List<String> only = List.of();

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "How often Java and C are measured, by turns (5; 2 with --quick).")
    private @Nullable Integer rounds;

    @Option(names = "--list", description = "Say what there is to measure, and measure nothing.")
    private boolean list;

    @Option(names = "--html", paramLabel = "FILE", description = "Write a page with plots to this file, too.")
    private @Nullable Path html;

    @Option(names = "--markdown", paramLabel = "FILE", description = "Write the table in Markdown to this file, too.")
    private @Nullable Path markdown;

    @Option(
            names = "--compare",
            paramLabel = "FILE",
            description = "Say what has changed since this file, which an earlier 'jvfio bench --json' has printed.")
    private @Nullable Path compare;

    /** For picocli. */
    BenchCommand() {}

    @Override
    public Integer call() {
        Integer wanted = rounds;
        if (wanted != null && (wanted < 1 || wanted > MOST_ROUNDS)) {
            throw usage("--rounds is 1 to " + MOST_ROUNDS);
        }
        BenchFile before = compare == null ? null : BenchFile.read(compare);
        try (PageFile page = PageFile.open(html);
                PageFile table = PageFile.open(markdown)) {
            Collector collector = new Collector();
            measure(collector);
            if (list) {
                tellFound(collector);
                return 0;
            }
            BenchReport report = new BenchReport(Machine.text(), quick, collector.measured(), before);
            if (json()) {
                printJson(json -> {
                    report.write(json);
                    json.texts("notes", collector.notes());
                });
            } else {
                print(report.table());
                collector.notes().forEach(out()::println);
            }
            if (page != null) {
                page.write(new MeasuredPage(report).html());
                say("plots: " + html);
            }
            if (table != null) {
                table.write(report.markdown());
                say("table: " + markdown);
            }
            return collector.failed() == 0 ? 0 : 1;
        }
    }

    private void measure(Collector collector) {
        try (RunProgress progress = new RunProgress(progress(), err())) {
            BenchProcess.run(arguments(), words -> {
                collector.take(words);
                progress.show(collector);
            });
        }
    }

    private List<String> arguments() {
        List<String> arguments = new ArrayList<>();
        if (quick) {
            arguments.add("--quick");
        }
        if (list) {
            arguments.add("--list");
        }
        if (rounds != null) {
            arguments.add("--rounds=" + rounds);
        }
        only.forEach(word -> arguments.add("--only=" + word));
        return arguments;
    }

    private void tellFound(Collector collector) {
        if (json()) {
            printJson(json -> {
                json.texts("found", collector.found());
                json.texts("notes", collector.notes());
            });
        } else {
            collector.found().forEach(out()::println);
            collector.notes().forEach(out()::println);
        }
    }
}
