// SPDX-License-Identifier: Apache-2.0
package io.jvfio.variant;

import io.jvfio.Hex;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which PCI functions are meant: each of the seven fields has a value or takes any.
 *
 * <p>{@code MatchRule.any().with(MatchField.VENDOR, 0x15b3).with(MatchField.DEVICE, 0x101e)} is what the alias
 * {@code v000015B3d0000101Esv*sd*bc*sc*i*} says.
 *
 * <p>Threads: immutable.
 */
public final class MatchRule {
    private static final MatchRule ANY = new MatchRule(Collections.nCopies(MatchField.ALL.size(), null));

    /** One for each field, null where any value will do. */
    private final List<@Nullable Integer> values;

    private MatchRule(List<@Nullable Integer> values) {
        this.values = values;
    }

    /** The rule that every function matches. */
    public static MatchRule any() {
        return ANY;
    }

    /**
     * Reads the part of an alias behind its bus, {@code v000015B3d0000101Esv*sd*bc*sc*i*}. A star that the kernel's tools
     * put behind a last field with a value is left out.
     *
     * @return empty if the text has another form, such as a set of values in a field
     */
    public static Optional<MatchRule> parse(String fields) {
        AliasText alias = AliasText.parse(Objects.requireNonNull(fields, "fields"));
        if (alias == null) {
            return Optional.empty();
        }
        List<@Nullable Integer> values = new ArrayList<>();
        for (String text : alias.values()) {
            values.add(text.equals(AliasText.ANY) ? null : (Integer) Integer.parseUnsignedInt(text, 16));
        }
        return Optional.of(new MatchRule(values));
    }

    /**
     * The same rule that asks for a value too.
     *
     * @param value 32 bits without a sign, or 8 for the parts of the class
     */
    public MatchRule with(MatchField field, int value) {
        Objects.requireNonNull(field, "field");
        if (field.digits() == 2 && value >>> 8 != 0) {
            throw new IllegalArgumentException(field + " " + Hex.of(value) + " has more than 8 bits");
        }
        List<@Nullable Integer> changed = new ArrayList<>(values);
        changed.set(field.index(), value);
        return new MatchRule(changed);
    }

    /** Whether a function is meant. */
    public boolean matches(Modalias function) {
        Objects.requireNonNull(function, "function");
        for (MatchField field : MatchField.ALL) {
            Integer value = values.get(field.index());
            if (value != null && value != function.value(field)) {
                return false;
            }
        }
        return true;
    }

    /** How closely it describes what it matches. */
    public RankKey key() {
        int fields = 0;
        for (Integer value : values) {
            fields = fields << 1 | (value == null ? 0 : 1);
        }
        return new RankKey(fields);
    }

    /** Equal if they ask the same. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof MatchRule rule && values.equals(rule.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    /** As {@link #parse} reads it, without the star that is left out. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (MatchField field : MatchField.ALL) {
            Integer value = values.get(field.index());
            text.append(field.letters()).append(value == null ? AliasText.ANY : field.text(value));
        }
        return text.toString();
    }
}
