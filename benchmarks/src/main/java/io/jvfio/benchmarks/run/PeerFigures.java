// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.run;

import java.util.List;
import java.util.OptionalDouble;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a program says of the reads that it did.
 *
 * <p>Threads: immutable.
 *
 * @param nanos for one read, so many at a time as there were under way: a second by the reads in it
 * @param p99 the 99th percentile of a read's latency in nanoseconds; negative if it does not say
 */
record PeerFigures(double nanos, double p99) {
    private static final double NANOS = 1e9;

    private static final String NUMBER = "([0-9]+(?:\\.[0-9]+)?)";
    private static final Pattern QEMU_END = Pattern.compile("Run completed in " + NUMBER + " seconds");

    /** As {@code print_performance} of SPDK's {@code app/spdk_nvme_perf/perf.c} writes them. */
    private static final Pattern SPDK_TOTAL =
            Pattern.compile("^Total *: +" + NUMBER + "(?: +[0-9.]+){4} *$", Pattern.MULTILINE);

    private static final Pattern SPDK_P99 = Pattern.compile("^ *99\\.0+% *: +" + NUMBER + "us", Pattern.MULTILINE);
    private static final Pattern LAST_LINE = Pattern.compile(NUMBER + "\\s+" + NUMBER);

    /** Fields of fio's terse output, version 3, from its manual. */
    private static final String FIO_TERSE = "3;";

    private static final int FIO_ERROR = 4;
    private static final int FIO_READ_KIB = 5;
    private static final int FIO_READ_MILLIS = 8;
    private static final int FIO_FIELDS = 40;
    private static final double FIO_BLOCK_KIB = 4;

    /**
     * Of {@code qemu-img bench} after so many reads.
     *
     * @throws IllegalArgumentException if it does not say how long they took
     */
    static PeerFigures ofQemuImg(String output, long reads) {
        Matcher end = QEMU_END.matcher(output);
        if (!end.find()) {
            throw unknown("qemu-img bench", output);
        }
        return checked(new PeerFigures(Double.parseDouble(end.group(1)) * NANOS / reads, -1), output);
    }

    /**
     * Of {@code fio --output-format=terse --terse-version=3} that read blocks of 4 KiB.
     *
     * @throws IllegalArgumentException if it says something else, or that there was an error
     */
    static PeerFigures ofFio(String output) {
        List<String> fields = output.lines()
                .filter(line -> line.startsWith(FIO_TERSE))
                .map(line -> List.of(line.split(";", -1)))
                .filter(line -> line.size() >= FIO_FIELDS)
                .findFirst()
                .orElseThrow(() -> unknown("fio", output));
        if (!fields.get(FIO_ERROR).equals("0")) {
            throw new IllegalArgumentException("fio had error " + fields.get(FIO_ERROR));
        }
        double reads = Double.parseDouble(fields.get(FIO_READ_KIB)) / FIO_BLOCK_KIB;
        return checked(new PeerFigures(Double.parseDouble(fields.get(FIO_READ_MILLIS)) * 1e6 / reads, -1), output);
    }

    /**
     * Of a client of an NVMe controller: {@code spdk_nvme_perf -L}, or one whose last line is {@code IOPS P99}, reads in a
     * second and microseconds. Of several namespaces of SPDK's the worst percentile counts.
     *
     * @throws IllegalArgumentException if it says neither
     */
    static PeerFigures ofClient(String output) {
        List<MatchResult> totals = SPDK_TOTAL.matcher(output).results().toList();
        if (!totals.isEmpty()) {
            OptionalDouble p99 = SPDK_P99.matcher(output)
                    .results()
                    .mapToDouble(line -> Double.parseDouble(line.group(1)))
                    .max();
            return checked(
                    new PeerFigures(
                            NANOS / Double.parseDouble(totals.getLast().group(1)),
                            p99.orElseThrow(() -> new IllegalArgumentException(
                                            "the client says nothing of 99 %: has it got -L?"))
                                    * 1e3),
                    output);
        }
        Matcher last = LAST_LINE.matcher(lastLine(output));
        if (!last.matches()) {
            throw unknown("the client", output);
        }
        return checked(
                new PeerFigures(NANOS / Double.parseDouble(last.group(1)), Double.parseDouble(last.group(2)) * 1e3),
                output);
    }

    private static PeerFigures checked(PeerFigures figures, String output) {
        if (!Double.isFinite(figures.nanos) || figures.nanos <= 0) {
            throw unknown("it", output);
        }
        return figures;
    }

    private static IllegalArgumentException unknown(String who, String output) {
        return new IllegalArgumentException(who + " says no figures: " + lastLine(output));
    }

    private static String lastLine(String output) {
        return output.lines()
                .filter(line -> !line.isBlank())
                .reduce("", (before, line) -> line)
                .strip();
    }
}
