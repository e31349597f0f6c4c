// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.page;

import java.util.ArrayList;
import java.util.List;

/**
 * A scale with ticks at round numbers: 1, 2 and 5 times powers of ten.
 *
 * <p>Threads: immutable.
 */
final class Axis {
    private static final int[] ROUND = {1, 2, 5};
    private static final int MOST_TICKS = 8;

    private final boolean logarithmic;
    private final double start;
    private final double end;
    private final List<Double> ticks;

    private Axis(boolean logarithmic, List<Double> ticks) {
        this.logarithmic = logarithmic;
        this.ticks = List.copyOf(ticks);
        this.start = ticks.getFirst();
        this.end = ticks.getLast();
    }

    /** Equal distances are equal differences: from 0 to a round number that is not smaller than this. */
    static Axis linear(double largest) {
        double step = Math.pow(10, Math.floor(Math.log10(Math.max(1, largest)))) / 10;
        int round = 0;
        while (step * ROUND[round] * (MOST_TICKS - 1) < largest) {
            if (++round == ROUND.length) {
                round = 0;
                step *= 10;
            }
        }
        double width = step * ROUND[round];
        List<Double> ticks = new ArrayList<>();
        for (int i = 0; i == 0 || (i - 1) * width < largest; i++) {
            ticks.add(i * width);
        }
        return new Axis(false, ticks);
    }

    /** Equal distances are equal ratios: round numbers around these two, which are 1 at least. */
    static Axis logarithmic(double smallest, double largest) {
        List<Double> ticks = ticks(smallest, largest, ROUND.length);
        for (int kept = ROUND.length - 1; kept > 0 && ticks.size() > MOST_TICKS; kept--) {
            ticks = ticks(smallest, largest, kept);
        }
        return new Axis(true, ticks);
    }

    private static List<Double> ticks(double smallest, double largest, int ofRound) {
        List<Double> ticks = new ArrayList<>();
        for (double power = 1; ; power *= 10) {
            for (int i = 0; i < ofRound; i++) {
                // With two of the three: 1 and 5.
                double tick = power * (ofRound == 2 && i == 1 ? ROUND[2] : ROUND[i]);
                if (tick <= smallest) {
                    ticks.clear();
                }
                ticks.add(tick);
                if (tick >= largest && ticks.size() > 1) {
                    return ticks;
                }
            }
        }
    }

    /** Where values stand, ascending; 2 at least. */
    List<Double> ticks() {
        return ticks;
    }

    /** Where a value lies between the first and the last tick, 0 to 1. */
    double share(double value) {
        double share = logarithmic
                ? Math.log(Math.max(value, start) / start) / Math.log(end / start)
                : (value - start) / (end - start);
        return Math.clamp(share, 0.0, 1.0);
    }
}
