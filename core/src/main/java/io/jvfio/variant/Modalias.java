// SPDX-License-Identifier: Apache-2.0
package io.jvfio.variant;

import io.jvfio.Hex;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What a PCI function is, by the seven numbers that drivers are chosen by: the text of its {@code modalias}.
 *
 * <p>Threads: immutable.
 *
 * @param values one for each {@link MatchField}, of 32 bits without a sign or of 8 bits
 */
public record Modalias(List<Integer> values) {
    private static final String BUS = "pci:";

    /** Copies the list, and refuses another number of values, or one that does not fit its field. */
    public Modalias {
        values = List.copyOf(values);
        if (values.size() != MatchField.ALL.size()) {
            throw new IllegalArgumentException(values.size() + " values where seven are meant");
        }
        for (MatchField field : MatchField.ALL) {
            int value = values.get(field.index());
            if (field.digits() == 2 && value >>> 8 != 0) {
                throw new IllegalArgumentException(field + " " + Hex.of(value) + " has more than 8 bits");
            }
        }
    }

    /**
     * Reads {@code pci:v000015B3d0000101Esv000015B3sd00000083bc02sc00i00}.
     *
     * @throws IllegalArgumentException if the text is none
     */
    public static Modalias parse(String text) {
        Objects.requireNonNull(text, "text");
        AliasText alias = text.startsWith(BUS) ? AliasText.parse(text.substring(BUS.length())) : null;
        if (alias == null || alias.values().contains(AliasText.ANY)) {
            throw new IllegalArgumentException("not the modalias of a PCI function: \"" + text + "\"");
        }
        List<Integer> values = new ArrayList<>();
        for (String digits : alias.values()) {
            values.add(Integer.parseUnsignedInt(digits, 16));
        }
        return new Modalias(values);
    }

    /** The number of a field. */
    public int value(MatchField field) {
        return values.get(Objects.requireNonNull(field, "field").index());
    }

    /** Base class, sub-class and interface in 24 bits, as in {@code /sys/.../class}. */
    public int classCode() {
        return value(MatchField.BASE_CLASS) << 16 | value(MatchField.SUB_CLASS) << 8 | value(MatchField.INTERFACE);
    }

    /** As sysfs writes it. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(BUS);
        for (MatchField field : MatchField.ALL) {
            text.append(field.letters()).append(field.text(value(field)));
        }
        return text.toString();
    }
}
