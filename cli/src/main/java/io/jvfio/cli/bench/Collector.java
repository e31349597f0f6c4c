// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Puts the lines of the process together.
 *
 * <p>Threads: one at a time.
 */
final class Collector {
    private static final String JAVA = "java";

    /** What lines about the same have in common. */
    private record Key(String area, String operation, String parameters) {}

    private static final class Rounds {
        private final List<Double> java = new ArrayList<>();
        private final List<Double> c = new ArrayList<>();
        private double bytes = Double.POSITIVE_INFINITY;
    }

    private final Map<Key, Rounds> rounds = new LinkedHashMap<>();
    private final List<String> notes = new ArrayList<>();
    private final List<String> found = new ArrayList<>();
    private int planned;
    private int done;
    private int failed;
    private String operation = "";
    private String language = "";

    /** Takes a line. Kinds that are not known are for later versions. */
    void take(List<String> words) {
        switch (words.getFirst()) {
            case "note" -> notes.add(words.get(1));
            case "plan" -> planned = Integer.parseInt(words.get(1));
            case "found" -> found.add(words.get(1) + "  " + title(words) + "  " + words.get(4));
            case "figure" -> figure(words);
            case "failed" -> {
                failed++;
                notes.add(title(words) + " in " + words.get(4) + " failed: " + words.get(5));
            }
            default -> {}
        }
    }

    private static String title(List<String> words) {
        return Measured.title(words.get(2), words.get(3));
    }

    private void figure(List<String> words) {
        done++;
        operation = title(words);
        language = words.get(4);
        Rounds taken = rounds.computeIfAbsent(new Key(words.get(1), words.get(2), words.get(3)), any -> new Rounds());
        double nanos = Double.parseDouble(words.get(5));
        if (words.get(4).equals(JAVA)) {
            taken.java.add(nanos);
            taken.bytes = Math.min(taken.bytes, Double.parseDouble(words.get(6)));
        } else {
            taken.c.add(nanos);
        }
    }

    /** How far it is, for people. */
    String progress() {
        return done + " of " + planned + ": " + operation + " in " + language;
    }

    /** What has been measured last, or nothing. */
    String operation() {
        return operation;
    }

    /** What the user should know. */
    List<String> notes() {
        return notes;
    }

    /** What there is to measure, a line each. */
    List<String> found() {
        return found;
    }

    /** How many operations could not be measured. */
    int failed() {
        return failed;
    }

    List<Measured> measured() {
        List<Measured> all = new ArrayList<>();
        rounds.forEach((key, taken) ->
                all.add(Measured.of(key.area(), key.operation(), key.parameters(), taken.java, taken.c, taken.bytes)));
        return all;
    }
}
