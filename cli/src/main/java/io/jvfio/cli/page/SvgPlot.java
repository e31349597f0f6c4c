// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.page;

import java.util.ArrayList;
import java.util.Formatter;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;

/**
 * Lines over named places, drawn in SVG, once for wide windows and once for narrow ones. A point tells its value when it is
 * pointed at.
 *
 * <p>Threads: one at a time.
 */
public final class SvgPlot {
    /** What the page shows one or the other of, by the width of its window; the numbers are pixels in both. */
    private enum Form {
        WIDE("wide", 880, 340, 76, 100, 20),
        NARROW("narrow", 370, 320, 62, 14, 7);

        private static final int LINE = 16;

        private final String name;
        private final int width;
        private final int height;
        private final int left;
        private final int right;
        private final int mostPlaces;

        Form(String name, int width, int height, int left, int right, int mostPlaces) {
            this.name = name;
            this.width = width;
            this.height = height;
            this.left = left;
            this.right = right;
            this.mostPlaces = mostPlaces;
        }

        /** Names of lines stand beside a wide plot, and above a narrow one, three in a row. */
        private int top(int lines) {
            return this == WIDE ? 30 : 30 + LINE * ((lines + 2) / 3);
        }

        private int legendX(int line) {
            return this == WIDE ? width - right + 16 : 8 + line % 3 * 120;
        }

        private int legendY(int line) {
            return this == WIDE ? 36 + LINE * line : 12 + LINE * (line / 3);
        }
    }

    private static final int BOTTOM = 44;
    private static final int UNIT_GAP = 14;

    private final String across;
    private final String up;
    private final List<String> places;
    private final DoubleFunction<String> text;
    private final boolean logarithmic;
    private final List<Line> lines = new ArrayList<>();

    private record Line(String name, String colour, List<Double> values) {}

    /** One drawing in progress. */
    private record Canvas(Form form, Axis axis, int top, Formatter svg) {
        double y(double value) {
            return form.height - BOTTOM - axis.share(value) * (form.height - top - BOTTOM);
        }

        double x(int place, int places) {
            double inner = form.width - form.left - form.right;
            return places == 1 ? form.left + inner / 2 : form.left + 10 + (inner - 20) * place / (places - 1);
        }
    }

    /**
     * A plot without lines.
     *
     * @param across what the places are
     * @param up what the values are, with their unit
     * @param places the names along the horizontal axis, 1 at least
     * @param text how values are written
     * @param logarithmic whether equal distances are equal ratios
     */
    public SvgPlot(String across, String up, List<String> places, DoubleFunction<String> text, boolean logarithmic) {
        this.across = across;
        this.up = up;
        this.places = List.copyOf(places);
        this.text = text;
        this.logarithmic = logarithmic;
    }

    /** Adds a line with a value for each place. */
    public void line(String name, String colour, List<Double> values) {
        lines.add(new Line(name, colour, List.copyOf(values)));
    }

    /** The drawing, in both forms. */
    public String svg() {
        double largest = Math.max(1, values(true));
        Axis axis = logarithmic
                ? Axis.logarithmic(Math.max(1, Math.min(values(false), largest)), largest)
                : Axis.linear(largest);
        return drawn(Form.WIDE, axis) + drawn(Form.NARROW, axis);
    }

    private String drawn(Form form, Axis axis) {
        Canvas canvas = new Canvas(form, axis, form.top(lines.size()), new Formatter(Locale.ROOT));
        Formatter svg = canvas.svg();
        svg.format(
                "<svg class=\"%s\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s by %s\">%n",
                form.name, form.width, form.height, HtmlPage.escape(up), HtmlPage.escape(across));
        for (double tick : axis.ticks()) {
            double y = canvas.y(tick);
            svg.format(
                    "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>%n",
                    form.left, form.width - form.right, y, y);
            svg.format(
                    "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>%n", form.left - 8, y + 4, escaped(tick));
        }
        svg.format("<text x=\"%d\" y=\"%d\">%s</text>%n", 4, canvas.top() - UNIT_GAP, HtmlPage.escape(up));
        int every = (places.size() + form.mostPlaces - 1) / form.mostPlaces;
        for (int place = 0; place < places.size(); place += every) {
            svg.format(
                    "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>%n",
                    canvas.x(place, places.size()), form.height - 26, HtmlPage.escape(places.get(place)));
        }
        svg.format(
                "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>%n",
                (form.left + form.width - form.right) / 2, form.height - 8, HtmlPage.escape(across));
        svg.format(
                "<line class=\"axis\" x1=\"%d\" x2=\"%d\" y1=\"%d\" y2=\"%d\"/>%n",
                form.left, form.width - form.right, form.height - BOTTOM, form.height - BOTTOM);
        for (int number = 0; number < lines.size(); number++) {
            draw(canvas, number);
        }
        return svg.format("</svg>%n").toString();
    }

    private void draw(Canvas canvas, int number) {
        Line line = lines.get(number);
        Formatter points = new Formatter(Locale.ROOT);
        Formatter dots = new Formatter(Locale.ROOT);
        for (int place = 0; place < line.values().size(); place++) {
            double value = line.values().get(place);
            double x = canvas.x(place, places.size());
            points.format("%.1f,%.1f ", x, canvas.y(value));
            dots.format(
                    "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\" fill=\"%s\"><title>%s, %s: %s</title></circle>%n",
                    x,
                    canvas.y(value),
                    line.colour(),
                    HtmlPage.escape(line.name()),
                    HtmlPage.escape(places.get(place)),
                    escaped(value));
        }
        Formatter svg = canvas.svg();
        svg.format(
                "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2\" points=\"%s\"/>%n",
                line.colour(), points.toString().strip());
        svg.format("%s", dots);
        int x = canvas.form().legendX(number);
        int y = canvas.form().legendY(number);
        svg.format("<circle cx=\"%d\" cy=\"%d\" r=\"4\" fill=\"%s\"/>%n", x, y - 4, line.colour());
        svg.format("<text x=\"%d\" y=\"%d\">%s</text>%n", x + 10, y, HtmlPage.escape(line.name()));
    }

    private double values(boolean largest) {
        var all = lines.stream().flatMap(line -> line.values().stream()).mapToDouble(Double::doubleValue);
        return (largest ? all.max() : all.min()).orElse(1);
    }

    private String escaped(double value) {
        return HtmlPage.escape(text.apply(value));
    }
}
