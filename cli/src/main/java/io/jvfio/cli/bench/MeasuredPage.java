// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.bench;

import io.jvfio.cli.page.HtmlPage;
import io.jvfio.cli.page.SvgPlot;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A measurement as a page: the table with bars, and a plot for what was measured with several numbers.
 *
 * <p>Threads: one at a time.
 */
final class MeasuredPage {
    private static final String JAVA_COLOUR = "#1b6ca8";
    private static final String C_COLOUR = "#d1495b";

    /** What a bar shows at most: a ratio of 2 fills the column. */
    private static final double FULL_BAR = 2;

    private static final int FEWEST_PLACES = 3;

    private final BenchReport report;

    MeasuredPage(BenchReport report) {
        this.report = report;
    }

    String html() {
        return HtmlPage.of(
                "jvfio beside C",
                List.of(report.machine(), report.quick() ? "a quick run" : "a whole run"),
                table() + plots()
                        + "<p>Each figure is the median of rounds in which Java and C took turns, each in a process of its"
                        + " own; the ratio's spread is its lowest and highest round. An operation whose name says beside"
                        + " whom has that program in C's place. Measured by jvfio bench.</p>\n");
    }

    private String table() {
        StringBuilder rows = new StringBuilder("<div class=\"table\"><table><tr><th class=\"name\">area</th>"
                + "<th class=\"name\">operation</th><th>Java</th><th>C</th><th>ratio</th><th class=\"bar\">up to "
                + "2 times C</th><th>B/op</th></tr>\n");
        for (Measured one : report.measured()) {
            rows.append("<tr><td class=\"name\">").append(HtmlPage.escape(one.area()));
            rows.append("</td><td class=\"name\">").append(HtmlPage.escape(one.title()));
            for (String cell : List.of(one.javaText(), one.cText(), one.ratioText())) {
                rows.append("</td><td>").append(HtmlPage.escape(cell));
            }
            rows.append("</td><td class=\"bar\">").append(bar(one));
            rows.append("</td><td>").append(HtmlPage.escape(one.bytesText())).append("</td></tr>\n");
        }
        return rows.append("</table></div>\n").toString();
    }

    private static String bar(Measured one) {
        return one.against()
                .map(other -> String.format(
                        Locale.ROOT,
                        "<span style=\"width: %.0f%%\"></span>",
                        100 * Math.min(1, other.ratio().median() / FULL_BAR)))
                .orElse("");
    }

    private String plots() {
        Map<String, List<Measured>> byOperation = report.measured().stream()
                .collect(Collectors.groupingBy(Measured::operation, LinkedHashMap::new, Collectors.toList()));
        StringBuilder plots = new StringBuilder();
        byOperation.forEach((operation, all) -> {
            if (all.size() >= FEWEST_PLACES) {
                plots.append("<h2>").append(HtmlPage.escape(operation)).append("</h2>\n");
                plots.append(plot(all).svg());
            }
        });
        return plots.toString();
    }

    private static SvgPlot plot(List<Measured> all) {
        SvgPlot plot = new SvgPlot(
                "with",
                "time of an operation",
                all.stream().map(Measured::parameters).toList(),
                Measured::time,
                true);
        plot.line(
                "Java",
                JAVA_COLOUR,
                all.stream().map(one -> one.java().median()).toList());
        if (all.stream().allMatch(one -> one.against().isPresent())) {
            plot.line(
                    "C",
                    C_COLOUR,
                    all.stream()
                            .map(one -> one.against().orElseThrow().c().median())
                            .toList());
        }
        return plot;
    }
}
