// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.nvme;

import java.util.ArrayList;
import java.util.Formatter;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;

/**
 * Lines over named places, drawn in SVG. A point tells its value when it is pointed at.
 *
 * <p>Threads: one at a time.
 */
final class SvgPlot {
    private static final int WIDTH = 880;
    private static final int HEIGHT = 340;
    private static final int LEFT = 80;
    private static final int RIGHT = 90;
    private static final int TOP = 14;
    private static final int BOTTOM = 30;
    private static final int GRID_LINES = 5;

    private final List<String> places;
    private final DoubleFunction<String> text;
    private final boolean logarithmic;
    private final List<Line> lines = new ArrayList<>();

    private record Line(String name, String colour, List<Double> values) {}

    /**
     * A plot without lines.
     *
     * @param places the names along the horizontal axis, 1 at least
     * @param text how values are written
     * @param logarithmic whether equal distances are equal ratios
     */
    SvgPlot(List<String> places, DoubleFunction<String> text, boolean logarithmic) {
        this.places = List.copyOf(places);
        this.text = text;
        this.logarithmic = logarithmic;
    }

    /** Adds a line with a value for each place. */
    void line(String name, String colour, List<Double> values) {
        lines.add(new Line(name, colour, List.copyOf(values)));
    }

    String svg() {
        double largest = Math.max(1, values(true));
        double smallest = logarithmic ? Math.max(1, Math.min(values(false), largest)) : 0;
        Formatter svg = new Formatter(Locale.ROOT);
        svg.format("<svg viewBox=\"0 0 %d %d\" role=\"img\">%n", WIDTH, HEIGHT);
        for (int i = 0; i <= GRID_LINES; i++) {
            double share = (double) i / GRID_LINES;
            double value = logarithmic
                    ? smallest * Math.pow(largest / smallest, share)
                    : smallest + (largest - smallest) * share;
            double y = y(share);
            svg.format(
                    "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>%n", LEFT, WIDTH - RIGHT, y, y);
            svg.format("<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>%n", LEFT - 8, y + 4, escaped(value));
        }
        for (int place = 0; place < places.size(); place++) {
            svg.format(
                    "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>%n",
                    x(place), HEIGHT - 8, BenchPage.escape(places.get(place)));
        }
        svg.format(
                "<line class=\"axis\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>%n",
                LEFT, WIDTH - RIGHT, y(0), y(0));
        for (int number = 0; number < lines.size(); number++) {
            draw(svg, number, smallest, largest);
        }
        return svg.format("</svg>%n").toString();
    }

    private void draw(Formatter svg, int number, double smallest, double largest) {
        Line line = lines.get(number);
        Formatter points = new Formatter(Locale.ROOT);
        Formatter dots = new Formatter(Locale.ROOT);
        for (int place = 0; place < line.values().size(); place++) {
            double value = line.values().get(place);
            double y = y(share(value, smallest, largest));
            points.format("%.1f,%.1f ", x(place), y);
            dots.format(
                    "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\" fill=\"%s\"><title>%s, %s: %s</title></circle>%n",
                    x(place),
                    y,
                    line.colour(),
                    BenchPage.escape(line.name()),
                    BenchPage.escape(places.get(place)),
                    escaped(value));
        }
        svg.format(
                "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2\" points=\"%s\"/>%n",
                line.colour(), points.toString().strip());
        svg.format("%s", dots);
        int y = TOP + 12 + 16 * number;
        svg.format("<circle cx=\"%d\" cy=\"%d\" r=\"4\" fill=\"%s\"/>%n", WIDTH - RIGHT + 16, y - 4, line.colour());
        svg.format("<text x=\"%d\" y=\"%d\">%s</text>%n", WIDTH - RIGHT + 26, y, BenchPage.escape(line.name()));
    }

    private double share(double value, double smallest, double largest) {
        if (largest <= smallest) {
            return 1;
        }
        double share = logarithmic
                ? Math.log(Math.max(value, smallest) / smallest) / Math.log(largest / smallest)
                : (value - smallest) / (largest - smallest);
        return Math.clamp(share, 0.0, 1.0);
    }

    private double values(boolean largest) {
        var all = lines.stream().flatMap(line -> line.values().stream()).mapToDouble(Double::doubleValue);
        return (largest ? all.max() : all.min()).orElse(1);
    }

    private double x(int place) {
        double inner = WIDTH - LEFT - RIGHT;
        return places.size() == 1 ? LEFT + inner / 2 : LEFT + 10 + (inner - 20) * place / (places.size() - 1);
    }

    private static double y(double share) {
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM);
    }

    private String escaped(double value) {
        return BenchPage.escape(text.apply(value));
    }
}
