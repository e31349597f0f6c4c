// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.nvme;

import io.jvfio.Durations;
import io.jvfio.cli.page.HtmlPage;
import io.jvfio.cli.page.SvgPlot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A measurement as a page of its own: tables and plots in one file, which asks for nothing from anywhere.
 *
 * <p>Threads: one at a time.
 */
final class BenchPage {
    private static final List<String> COLOURS =
            List.of("#1b6ca8", "#d1495b", "#3c8d40", "#b07d12", "#6b4fa0", "#008891", "#a0522d", "#5c6b73", "#c2185b");

    private static final String QUEUE_DEPTH = "queue depth";

    /** Where percentile curves have points, in per cent. */
    private static final double[] PERCENTILES = {
        0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 97.5, 99, 99.5, 99.9, 99.95, 99.99, 99.999
    };

    private final String title;
    private final List<String> subtitles;
    private final List<BenchStep> steps;

    /**
     * A page.
     *
     * @param title what was measured
     * @param subtitles how and where, a line each
     */
    BenchPage(String title, List<String> subtitles, List<BenchStep> steps) {
        this.title = title;
        this.subtitles = List.copyOf(subtitles);
        this.steps = List.copyOf(steps);
    }

    String html() {
        return HtmlPage.of(
                title,
                subtitles,
                table()
                        + "<h2>Commands in a second, by queue depth</h2>\n" + iops().svg()
                        + "<h2>Latency, by queue depth</h2>\n" + latencies().svg()
                        + "<h2>Latency, by percentile</h2>\n" + percentiles().svg()
                        + "<p>Measured by jvfio nvme bench, from the post of a command to its completion being seen.</p>\n");
    }

    private String table() {
        StringBuilder rows = new StringBuilder(
                "<div class=\"table\"><table><tr><th>QD</th><th>IOPS</th><th>MiB/s</th><th>mean</th><th>p50</th>"
                        + "<th>p99</th><th>p99.9</th><th>max</th></tr>\n");
        for (BenchStep step : steps) {
            rows.append("<tr>");
            cell(rows, String.valueOf(step.depth()));
            cell(rows, String.format(Locale.ROOT, "%,.0f", step.iops()));
            cell(rows, String.format(Locale.ROOT, "%,.1f", step.throughput()));
            cell(rows, Durations.text(Duration.ofNanos((long) step.latencies().getMean())));
            cell(rows, Durations.text(step.latency(50)));
            cell(rows, Durations.text(step.latency(99)));
            cell(rows, Durations.text(step.latency(99.9)));
            cell(rows, Durations.text(Duration.ofNanos(step.latencies().getMaxValue())));
            rows.append("</tr>\n");
        }
        return rows.append("</table></div>\n").toString();
    }

    private static void cell(StringBuilder row, String text) {
        row.append("<td>").append(HtmlPage.escape(text)).append("</td>");
    }

    private SvgPlot iops() {
        SvgPlot plot = new SvgPlot(
                QUEUE_DEPTH, "commands/s", depths(), value -> String.format(Locale.ROOT, "%,.0f", value), false);
        plot.line(
                "IOPS", COLOURS.getFirst(), steps.stream().map(BenchStep::iops).toList());
        return plot;
    }

    private SvgPlot latencies() {
        SvgPlot plot = new SvgPlot(QUEUE_DEPTH, "latency", depths(), BenchPage::time, true);
        double[] shown = {50, 99, 99.9};
        for (int i = 0; i < shown.length; i++) {
            double percentile = shown[i];
            plot.line(
                    "p" + number(percentile),
                    COLOURS.get(i),
                    steps.stream()
                            .map(step -> (double) step.latency(percentile).toNanos())
                            .toList());
        }
        return plot;
    }

    private SvgPlot percentiles() {
        List<String> labels = new ArrayList<>();
        for (double percentile : PERCENTILES) {
            labels.add(number(percentile));
        }
        SvgPlot plot = new SvgPlot("per cent of the commands", "latency", labels, BenchPage::time, true);
        for (int i = 0; i < steps.size(); i++) {
            BenchStep step = steps.get(i);
            List<Double> values = new ArrayList<>();
            for (double percentile : PERCENTILES) {
                values.add((double) step.latency(percentile).toNanos());
            }
            plot.line("QD " + step.depth(), COLOURS.get(i % COLOURS.size()), values);
        }
        return plot;
    }

    private List<String> depths() {
        return steps.stream().map(step -> String.valueOf(step.depth())).toList();
    }

    private static String time(double nanos) {
        return Durations.round(Duration.ofNanos((long) nanos));
    }

    private static String number(double value) {
        return value == Math.rint(value) ? String.valueOf((long) value) : String.valueOf(value);
    }
}
