// SPDX-License-Identifier: Apache-2.0
package io.jvfio.models.mlx5;

import io.jvfio.vendor.mlx.spec.Opcode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Something that goes wrong with a command, or happens after it: {@code KIND:COMMAND[:VALUE][@NTH]}. The command is
 * given by name or number; it happens at the nth of them, the first unless it is said, or at each with {@code @*}.
 *
 * <p>Threads: immutable.
 *
 * @param kind what
 * @param opcode with which command
 * @param value of the kind
 * @param nth at which of those commands, from 1; 0 for each
 */
record Trouble(Kind kind, int opcode, int value, int nth) {

    /** What goes wrong. */
    enum Kind {
        /** It is not done and answered with this status. */
        STATUS,
        /** It is not delivered, for this reason. */
        DELIVERY,
        /** It is not done, and its answer is all zeros: no number, no pages. */
        EMPTY,
        /** TEARDOWN_HCA is not done and says so by its state. */
        STATE,
        /** It is neither done nor completed. */
        NEVER,
        /** It is completed this many milliseconds later. */
        LATE,
        /** It is done, and the count or number in its output is this. */
        NUMBER,
        /** After it the firmware asks for so many pages, or offers to give them back if negative. */
        PAGES,
        /** After it the health buffer has this syndrome. */
        SYNDROME,
        /** After it the health buffer has this syndrome and asks for a reset; nothing is done any more. */
        FATAL,
        /** After it the NIC interface reads as this. */
        NIC,
        /** After it the NIC interface stays as it is, whatever a driver asks for. */
        STILL,
        /** After it all registers read as ones. */
        GONE,
        /** After it the health counter stands. */
        STUCK,
        /** After it the port changes; 1 is down, 4 active. */
        PORT
    }

    /** Reads troubles with semicolons between them. */
    static List<Trouble> parseAll(String text) {
        List<Trouble> all = new ArrayList<>();
        for (String part : text.isEmpty() ? new String[0] : text.split(";", -1)) {
            all.add(parse(part));
        }
        return List.copyOf(all);
    }

    private static Trouble parse(String text) {
        int at = text.indexOf('@');
        String[] words = (at < 0 ? text : text.substring(0, at)).split(":", -1);
        if (words.length < 2 || words.length > 3) {
            throw new IllegalArgumentException("\"" + text + "\" is not KIND:COMMAND[:VALUE][@NTH]");
        }
        int nth = at < 0 ? 1 : text.substring(at + 1).equals("*") ? 0 : number(text.substring(at + 1), text);
        return new Trouble(kind(words[0]), opcode(words[1], text), words.length == 3 ? number(words[2], text) : 1, nth);
    }

    private static Kind kind(String word) {
        try {
            return Kind.valueOf(word.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "there is no trouble \"" + word + "\"; there are "
                            + String.join(
                                    ", ",
                                    List.of(Kind.values()).stream()
                                            .map(k -> k.name().toLowerCase(Locale.ROOT))
                                            .toList()),
                    e);
        }
    }

    private static int opcode(String word, String text) {
        try {
            return Opcode.valueOf(word.toUpperCase(Locale.ROOT)).code();
        } catch (IllegalArgumentException e) {
            return number(word, text);
        }
    }

    private static int number(String word, String text) {
        try {
            return Integer.decode(word);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("\"" + word + "\" in \"" + text + "\" is no number", e);
        }
    }
}
