// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation.nvme;

import io.jvfio.driver.nvme.spec.StatusCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a controller does in its own way, and with which command: {@code TARGET}, then any of {@code :id=2},
 * {@code :most=3}, and of a refusal {@code :status=0x82} and {@code :ms=500}, of a delay {@code :ms=500}, of a lie
 * {@code :byte=261} and {@code :value=0}.
 *
 * <p>Threads: immutable.
 *
 * @param kind what it does
 * @param target with which command
 * @param id the namespace, queue, feature, log page or opcode that it is about, or -1 for any
 * @param status how it refuses
 * @param millis how long it delays; of a refusal how long after each start it refuses, 0 for always
 * @param offset the byte that is wrong in an answer, or -1 for all of them
 * @param value what is there instead
 * @param most how often
 */
record OddRule(Kind kind, Target target, int id, StatusCode status, long millis, int offset, int value, long most) {
    private static final int ANY = -1;
    private static final int LARGEST_BYTE = 0xff;

    /** What the controller does. */
    enum Kind {
        REFUSE,
        DELAY,
        LIE
    }

    /** With what. */
    enum Target {
        /** The register CAP. */
        CAP,
        /** The register VS. */
        VS,
        IDENTIFY_CONTROLLER,
        /** By namespace. */
        IDENTIFY_NAMESPACE,
        NAMESPACE_LIST,
        /** By feature. */
        SET_FEATURE,
        /** By feature. */
        GET_FEATURE,
        DOORBELLS,
        /** By page. */
        LOG,
        EVENT,
        /** By queue. */
        CREATE_CQ,
        /** By queue. */
        CREATE_SQ,
        /** By queue. */
        DELETE_CQ,
        /** By queue. */
        DELETE_SQ,
        ABORT,
        FORMAT,
        /** Commands of I/O queues, by opcode. */
        IO;

        String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** Reads rules with semicolons between them; none if there is no text. */
    static List<OddRule> parse(Kind kind, String text) {
        List<OddRule> rules = new ArrayList<>();
        for (String each : text.isEmpty() ? new String[0] : text.split(";", -1)) {
            rules.add(parseOne(kind, each));
        }
        return rules;
    }

    private static OddRule parseOne(Kind kind, String text) {
        String[] parts = text.split(":", -1);
        OddRule rule = new OddRule(
                kind,
                target(kind, parts[0], text),
                ANY,
                StatusCode.INVALID_FIELD,
                0,
                ANY,
                LARGEST_BYTE,
                Long.MAX_VALUE);
        for (int i = 1; i < parts.length; i++) {
            int equals = Math.max(0, parts[i].indexOf('='));
            try {
                long number = Long.decode(parts[i].substring(equals + 1));
                rule = rule.with(parts[i].substring(0, equals), number);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "\"" + parts[i] + "\" in " + kindText(kind) + "=" + text
                                + " of model nvme is none of id=, most=, status=, ms=, byte=, value= with a number that fits",
                        e);
            }
        }
        if (kind == Kind.DELAY && rule.millis == 0) {
            throw new IllegalArgumentException("delay=" + text + " of model nvme does not say how long: ms=");
        }
        return rule;
    }

    private OddRule with(String key, long number) {
        return switch (key) {
            case "id" -> new OddRule(kind, target, Math.toIntExact(number), status, millis, offset, value, most);
            case "most" -> new OddRule(kind, target, id, status, millis, offset, value, atLeast(1, number));
            case "ms" -> new OddRule(kind, target, id, status, atLeast(1, number), offset, value, most);
            case "status" -> {
                StatusCode code = StatusCode.of((int) number)
                        .filter(each -> each != StatusCode.SUCCESS)
                        .orElseThrow(IllegalArgumentException::new);
                yield new OddRule(kind, target, id, code, millis, offset, value, most);
            }
            case "byte" -> new OddRule(kind, target, id, status, millis, (int) in(0, 4095, number), value, most);
            case "value" ->
                new OddRule(kind, target, id, status, millis, offset, (int) in(0, LARGEST_BYTE, number), most);
            default -> throw new IllegalArgumentException(key);
        };
    }

    private static long atLeast(long low, long number) {
        return in(low, Long.MAX_VALUE, number);
    }

    private static long in(long low, long high, long number) {
        if (number < low || number > high) {
            throw new IllegalArgumentException("" + number);
        }
        return number;
    }

    private static Target target(Kind kind, String name, String text) {
        List<String> known = new ArrayList<>();
        for (Target each : Target.values()) {
            boolean register = each == Target.CAP || each == Target.VS;
            if (kind == Kind.LIE ? each != Target.IO : !register && (kind == Kind.REFUSE || each != Target.IO)) {
                if (each.text().equals(name)) {
                    return each;
                }
                known.add(each.text());
            }
        }
        throw new IllegalArgumentException("\"" + name + "\" in " + kindText(kind) + "=" + text
                + " of model nvme is none of " + String.join(", ", known));
    }

    private static String kindText(Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }
}
