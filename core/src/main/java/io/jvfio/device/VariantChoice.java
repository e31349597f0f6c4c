// SPDX-License-Identifier: Apache-2.0
package io.jvfio.device;

import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * What is put on a device when it is opened: platform layers and a vendor's variant.
 *
 * <p>Threads: immutable.
 *
 * @param mode who chooses
 * @param id the variant that is forced; empty unless the mode is {@link Mode#FORCED}
 * @param options what the variant is told, by name; each variant knows its own
 * @param onTie what happens if two variants describe the device equally well
 * @param insist a forced variant is opened even if it declines the device
 * @param strict a variant that fails when it is asked about the device is an error, not left out
 */
public record VariantChoice(
        Mode mode, String id, Map<String, String> options, OnTie onTie, boolean insist, boolean strict) {

    /** Who chooses. */
    public enum Mode {
        /** Layers by what the device reports, and the variant that describes it best. */
        AUTO,
        /** Nobody: the device is as its carrier has it. */
        NONE,
        /** The user, by the variant's id; layers are as for {@link #AUTO}. */
        FORCED
    }

    /** What a tie leads to. */
    public enum OnTie {
        /** Opening fails and names both. */
        ERROR,
        /** Neither is taken, nor one that describes the device less well. */
        GENERIC
    }

    private static final VariantChoice AUTOMATIC =
            new VariantChoice(Mode.AUTO, "", Map.of(), OnTie.ERROR, false, false);
    private static final VariantChoice NOTHING = new VariantChoice(Mode.NONE, "", Map.of(), OnTie.ERROR, false, false);

    /** Checks that an id is there if and only if a variant is forced. */
    public VariantChoice {
        Objects.requireNonNull(mode, "mode");
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(onTie, "onTie");
        options = Map.copyOf(options);
        if ((mode == Mode.FORCED) == id.isEmpty()) {
            throw new IllegalArgumentException("the variant \"" + id + "\" of the mode " + mode);
        }
    }

    /** The best variant that describes the device. */
    public static VariantChoice auto() {
        return AUTOMATIC;
    }

    /** No layer and no variant. */
    public static VariantChoice none() {
        return NOTHING;
    }

    /** This variant. */
    public static VariantChoice of(String id) {
        return new VariantChoice(Mode.FORCED, id, Map.of(), OnTie.ERROR, false, false);
    }

    /**
     * Reads {@code auto}, {@code none}, {@code ID} or {@code ID?key=value&key=value}.
     *
     * @throws IllegalArgumentException if it has another form
     */
    public static VariantChoice parse(String text) {
        int mark = text.indexOf('?');
        String id = mark < 0 ? text : text.substring(0, mark);
        Map<String, String> options = new TreeMap<>();
        if (mark >= 0) {
            for (String pair : text.substring(mark + 1).split("&", -1)) {
                int equals = pair.indexOf('=');
                if (equals < 1 || options.put(pair.substring(0, equals), pair.substring(equals + 1)) != null) {
                    throw new IllegalArgumentException("the variant \"" + text
                            + "\" is none of auto, none, ID and ID?key=value&key=value with each key once");
                }
            }
        }
        if (id.isEmpty()) {
            throw new IllegalArgumentException(
                    "the variant \"" + text + "\" has no id: auto, none, ID or ID?key=value");
        }
        return switch (id) {
            case "auto" -> new VariantChoice(Mode.AUTO, "", options, OnTie.ERROR, false, false);
            case "none" -> none();
            default -> new VariantChoice(Mode.FORCED, id, options, OnTie.ERROR, false, false);
        };
    }

    /** The same with this answer to a tie. */
    public VariantChoice withOnTie(OnTie answer) {
        return new VariantChoice(mode, id, options, answer, insist, strict);
    }

    /** The same, which opens a forced variant even if it declines the device. */
    public VariantChoice insisting() {
        return new VariantChoice(mode, id, options, onTie, true, strict);
    }

    /** The same, for which a variant that fails when it is asked is an error. */
    public VariantChoice strictly() {
        return new VariantChoice(mode, id, options, onTie, insist, true);
    }

    /** As {@link #parse} reads it, but for what has no word there. */
    @Override
    public String toString() {
        String word = mode == Mode.FORCED ? id : mode == Mode.AUTO ? "auto" : "none";
        StringBuilder text = new StringBuilder(word);
        char separator = '?';
        for (Map.Entry<String, String> option : new TreeMap<>(options).entrySet()) {
            text.append(separator).append(option.getKey()).append('=').append(option.getValue());
            separator = '&';
        }
        return text.toString();
    }
}
