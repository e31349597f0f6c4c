// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * An operation with what was measured of it.
 *
 * <p>Threads: immutable.
 *
 * @param area what it belongs to
 * @param operation what is done
 * @param parameters with which numbers, {@code batch=32}; may be empty
 * @param java nanoseconds for one operation, median of the rounds
 * @param against the same in C, if that was measured
 * @param bytes allocated on the heap for one operation; negative if that was not measured
 */
record Measured(
        String area, String operation, String parameters, Spread java, Optional<Against> against, double bytes) {

    private static final double SMALLEST_SHOWN = 0.05;

    /**
     * The other side.
     *
     * @param c nanoseconds for one operation in C
     * @param ratio Java's time as a multiple of C's, round by round
     */
    record Against(Spread c, Spread ratio) {}

    /**
     * A figure that was taken again and again.
     *
     * @param median the one in the middle
     * @param lowest the smallest
     * @param highest the largest
     */
    record Spread(double median, double lowest, double highest) {
        /** The spread of some figures, one at least. */
        static Spread of(List<Double> figures) {
            List<Double> sorted = figures.stream().sorted().toList();
            int middle = sorted.size() / 2;
            double median =
                    sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
            return new Spread(median, sorted.getFirst(), sorted.getLast());
        }
    }

    /**
     * What the rounds give.
     *
     * @param java nanoseconds by round, one at least
     * @param c nanoseconds by round; may be fewer, or none
     */
    static Measured of(
            String area, String operation, String parameters, List<Double> java, List<Double> c, double bytes) {
        Optional<Against> against = Optional.empty();
        if (!c.isEmpty()) {
            List<Double> ratios = new ArrayList<>();
            for (int round = 0; round < c.size(); round++) {
                ratios.add(java.get(round) / c.get(round));
            }
            against = Optional.of(new Against(Spread.of(c), Spread.of(ratios)));
        }
        return new Measured(area, operation, parameters, Spread.of(java), against, bytes);
    }

    /** Name and numbers, as it is known by. */
    String title() {
        return title(operation, parameters);
    }

    /** The same of one that is not measured yet. */
    static String title(String operation, String parameters) {
        return parameters.isEmpty() ? operation : operation + " " + parameters;
    }

    /** {@code 1.34 ns}, {@code 12.3 us}. */
    static String time(double nanos) {
        String[] units = {"ns", "us", "ms", "s"};
        double value = nanos;
        int unit = 0;
        while (value >= 999.5 && unit < units.length - 1) {
            value /= 1000;
            unit++;
        }
        return String.format(
                Locale.ROOT, value < 9.995 ? "%.2f %s" : value < 99.95 ? "%.1f %s" : "%.0f %s", value, units[unit]);
    }

    /** {@code 1.04 [0.98..1.10]}, or nothing. */
    String ratioText() {
        return against.map(other -> String.format(
                        Locale.ROOT,
                        "%.2f [%.2f..%.2f]",
                        other.ratio().median(),
                        other.ratio().lowest(),
                        other.ratio().highest()))
                .orElse("");
    }

    String javaText() {
        return time(java.median());
    }

    String cText() {
        return against.map(other -> time(other.c().median())).orElse("");
    }

    /** {@code 0}, {@code 24}, or nothing where it was not measured. */
    String bytesText() {
        if (bytes < 0) {
            return "";
        }
        return bytes < SMALLEST_SHOWN ? "0" : String.format(Locale.ROOT, bytes < 10 ? "%.1f" : "%,.0f", bytes);
    }
}
