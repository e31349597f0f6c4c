// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * One thing that goes wrong: what, where, and at which events.
 *
 * <p>Threads: immutable.
 *
 * @param kind what goes wrong
 * @param point where
 * @param when at which of the events there
 * @param delay for how long, of {@link Kind#DELAY}
 * @param offset the register's offset in its BAR that is meant, or -1 for all; of {@link Point#READ} and
 *     {@link Point#WRITE}
 * @param code which error is meant, 0 for the usual one, to 0xffff; of {@link Kind#ERROR} on a device whose system has
 *     codes
 */
public record FaultRule(Kind kind, Point point, When when, Duration delay, long offset, int code) {

    /** What goes wrong. */
    public enum Kind {
        /** It comes later. */
        DELAY,
        /** It is lost: a write has no effect, a read gets ones, an interrupt does not come, work is forgotten. */
        DROP,
        /** One bit is another. */
        CORRUPT,
        /** From then on until a reset: reads get ones, work is not done. */
        STUCK,
        /** An interrupt that nothing has happened for. */
        SPURIOUS,
        /** The device has an error and says so by ERR; what else comes of it is up to what is around the model. */
        ERROR,
        /** The device is pulled out. */
        REMOVE,
        /** The device's registers stay as they are although they should be reset. */
        IGNORE
    }

    /** Where it goes wrong. */
    public enum Point {
        /** A register of a BAR is read. */
        READ,
        /** A register of a BAR is written. */
        WRITE,
        /** The device reads memory. */
        DMA_READ,
        /** The device writes memory. */
        DMA_WRITE,
        /** The device sends a message. */
        INTERRUPT,
        /** The model does its work. */
        WORK,
        /** The device is reset. */
        RESET;

        String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /**
     * Which events of a point are meant.
     *
     * @param probability of each event, 0 to 1
     * @param first the number of the first event that can be meant, from 1
     * @param every 1 for each event from there on, 2 for each second, and so on
     * @param most how many events at most
     */
    public record When(double probability, long first, long every, long most) {
        /** Checks the numbers. */
        public When {
            if (!(probability >= 0 && probability <= 1) || first < 1 || every < 1 || most < 1) {
                throw new IllegalArgumentException("events with probability " + probability + " from " + first
                        + ", every " + every + ", at most " + most);
            }
        }

        /** Each event. */
        public static When always() {
            return new When(1, 1, 1, Long.MAX_VALUE);
        }

        /** One event alone, counted from 1. */
        public static When nth(long number) {
            return new When(1, number, 1, 1);
        }

        /** Each event with this probability. */
        public static When probably(double probability) {
            return new When(probability, 1, 1, Long.MAX_VALUE);
        }
    }

    /** Checks that the kind can happen at the point. */
    public FaultRule {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(point, "point");
        Objects.requireNonNull(when, "when");
        if (!fits(kind, point)) {
            throw new IllegalArgumentException(kind.name().toLowerCase(Locale.ROOT) + " cannot happen at "
                    + point.text() + "; it can at "
                    + String.join(
                            ", ",
                            List.of(Point.values()).stream()
                                    .filter(other -> fits(kind, other))
                                    .map(Point::text)
                                    .toList()));
        }
        if (code < 0 || code > 0xffff || code != 0 && kind != Kind.ERROR) {
            throw new IllegalArgumentException("code " + code + " is none of an error, 0 to 65535");
        }
        if (delay.isNegative() || kind == Kind.DELAY && delay.isZero()) {
            throw new IllegalArgumentException("a delay of " + delay.toMillis() + " ms; say for example us=500");
        }
    }

    /** Something that goes wrong at these events. */
    public static FaultRule of(Kind kind, Point point, When when) {
        return new FaultRule(kind, point, when, Duration.ZERO, -1, 0);
    }

    /** An error of a code at these events. */
    public static FaultRule error(Point point, When when, int code) {
        return new FaultRule(Kind.ERROR, point, when, Duration.ZERO, -1, code);
    }

    /** Something that comes later at these events. */
    public static FaultRule delay(Point point, When when, Duration delay) {
        return new FaultRule(Kind.DELAY, point, when, delay, -1, 0);
    }

    /** The same at one register of a BAR. */
    public FaultRule at(long registerOffset) {
        return new FaultRule(kind, point, when, delay, registerOffset, code);
    }

    private static boolean fits(Kind kind, Point point) {
        return switch (kind) {
            case DELAY, DROP, ERROR -> point != Point.RESET;
            case CORRUPT -> point == Point.READ || point == Point.DMA_READ || point == Point.DMA_WRITE;
            case STUCK -> point == Point.READ || point == Point.WORK;
            case SPURIOUS -> point == Point.WORK || point == Point.READ || point == Point.WRITE;
            case REMOVE -> true;
            case IGNORE -> point == Point.RESET;
        };
    }

    /**
     * Reads a rule: {@code KIND:POINT}, then any of {@code :p=0.01}, {@code :nth=3}, {@code :from=10}, {@code :every=7},
     * {@code :most=2}, {@code :us=500}, {@code :at=0x98} and {@code :code=0x3a}.
     *
     * @throws IllegalArgumentException if it is malformed; the message says what would do
     */
    public static FaultRule parse(String text) {
        String[] parts = text.split(":", -1);
        if (parts.length < 2) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is no fault; say KIND:POINT, for example drop:interrupt:nth=3");
        }
        Kind kind = word(text, parts[0], Kind.values());
        Point point = word(text, parts[1], Point.values());
        double probability = 1;
        long first = 1;
        long every = 1;
        long most = Long.MAX_VALUE;
        long micros = 0;
        long offset = -1;
        int code = 0;
        for (int i = 2; i < parts.length; i++) {
            String value = parts[i].substring(parts[i].indexOf('=') + 1);
            try {
                switch (parts[i].substring(0, Math.max(0, parts[i].indexOf('=')))) {
                    case "p" -> probability = Double.parseDouble(value);
                    case "nth" -> {
                        first = Long.parseLong(value);
                        most = 1;
                    }
                    case "from" -> first = Long.parseLong(value);
                    case "every" -> every = Long.parseLong(value);
                    case "most" -> most = Long.parseLong(value);
                    case "us" -> micros = Long.parseLong(value);
                    case "at" -> offset = Long.decode(value);
                    case "code" -> code = Integer.decode(value);
                    default ->
                        throw new IllegalArgumentException("\"" + parts[i] + "\" in the fault " + text
                                + " is none of p=, nth=, from=, every=, most=, us=, at=, code=");
                }
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("\"" + parts[i] + "\" in the fault " + text + " has no number", e);
            }
        }
        return new FaultRule(
                kind, point, new When(probability, first, every, most), Duration.ofNanos(micros * 1000), offset, code);
    }

    private static <E extends Enum<E>> E word(String rule, String text, E[] values) {
        List<String> known = new ArrayList<>();
        for (E value : values) {
            String name = value.name().toLowerCase(Locale.ROOT).replace('_', '-');
            if (name.equals(text)) {
                return value;
            }
            known.add(name);
        }
        throw new IllegalArgumentException(
                "\"" + text + "\" in the fault " + rule + " is none of " + String.join(", ", known));
    }

    /** What {@link #parse} reads. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(kind.name().toLowerCase(Locale.ROOT))
                .append(':')
                .append(point.text());
        if (when.probability() != 1) {
            text.append(":p=").append(when.probability());
        }
        if (when.first() != 1) {
            text.append(":from=").append(when.first());
        }
        if (when.every() != 1) {
            text.append(":every=").append(when.every());
        }
        if (when.most() != Long.MAX_VALUE) {
            text.append(":most=").append(when.most());
        }
        if (!delay.isZero()) {
            text.append(":us=").append(delay.toNanos() / 1000);
        }
        if (offset >= 0) {
            text.append(":at=0x").append(Long.toHexString(offset));
        }
        if (code != 0) {
            text.append(":code=0x").append(Integer.toHexString(code));
        }
        return text.toString();
    }
}
