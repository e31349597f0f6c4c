// SPDX-License-Identifier: Apache-2.0
package io.jvfio;

import java.time.Duration;
import java.util.Locale;

/**
 * Durations for people.
 *
 * <p>Threads: pure functions.
 */
public final class Durations {
    private Durations() {}

    /** {@code 12.3 ms}: three digits in the unit that fits; whole seconds as they are. */
    public static String text(Duration duration) {
        if (duration.toNanosPart() == 0 && !duration.isZero()) {
            return duration.toSeconds() + " s";
        }
        double nanos = duration.toNanos();
        if (nanos < 1e3) {
            return duration.toNanos() + " ns";
        }
        return nanos < 1e6
                ? round(nanos / 1e3) + " us"
                : nanos < 1e9 ? round(nanos / 1e6) + " ms" : round(nanos / 1e9) + " s";
    }

    /** {@code 12.3 ms}, {@code 5 us}: as {@link #text}, without zeros behind the point. */
    public static String round(Duration duration) {
        return text(duration).replaceFirst("(\\.\\d*?)0+ ", "$1 ").replace(". ", " ");
    }

    private static String round(double value) {
        int decimals = value < 10 ? 2 : value < 100 ? 1 : 0;
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }
}
