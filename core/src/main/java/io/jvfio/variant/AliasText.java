// SPDX-License-Identifier: Apache-2.0
package io.jvfio.variant;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The fields of an alias behind its bus, each as digits or as {@link #ANY}. Letters are lower case and digits upper case,
 * so reading from left to right is never in doubt.
 *
 * <p>Threads: immutable.
 *
 * @param values one for each {@link MatchField}
 * @param starred whether a star follows a last field that is no star itself: the kernel's tools add one to every alias
 */
public record AliasText(List<String> values, boolean starred) {
    /** A field that takes every value. */
    public static final String ANY = "*";

    /** Copies the list. */
    public AliasText {
        values = List.copyOf(values);
    }

    /** Splits {@code v000015B3d0000101Esv*sd*bc*sc*i*}; null if the text is of another form. */
    public static @Nullable AliasText parse(String text) {
        List<String> values = new ArrayList<>();
        int at = 0;
        for (MatchField field : MatchField.ALL) {
            if (!text.startsWith(field.letters(), at)) {
                return null;
            }
            at += field.letters().length();
            String value = value(text, at, field.digits());
            if (value == null) {
                return null;
            }
            values.add(value);
            at += value.length();
        }
        String rest = text.substring(at);
        boolean starred = rest.equals(ANY) && !values.getLast().equals(ANY);
        return rest.isEmpty() || starred ? new AliasText(values, starred) : null;
    }

    private static @Nullable String value(String text, int at, int digits) {
        if (text.startsWith(ANY, at)) {
            return ANY;
        }
        if (at + digits > text.length()) {
            return null;
        }
        String value = text.substring(at, at + digits);
        return value.chars().allMatch(c -> c >= '0' && c <= '9' || c >= 'A' && c <= 'F') ? value : null;
    }
}
