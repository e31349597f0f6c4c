// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci.config;

import io.jvfio.Hex;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * How a field's value is put into words.
 *
 * <p>Threads: immutable.
 */
@FunctionalInterface
public interface Wording {
    /** Decimal. */
    Wording NUMBER = Long::toUnsignedString;

    /** {@code 0x} and the digits that are needed. */
    Wording HEX = value -> Hex.of(value);

    /** A PCI function by its 16-bit routing id. */
    Wording ROUTING_ID =
            value -> String.format(Locale.ROOT, "%02x:%02x.%d", value >> 8 & 0xff, value >> 3 & 0x1f, value & 7);

    /** The value in words; short, without a line break. */
    String word(long value);

    /** Hexadecimal with all digits. */
    static Wording hex(int digits) {
        return new Wordings.Hex(digits);
    }

    /**
     * One word for each value.
     *
     * @param words for 0, 1, …; what is beyond is a number in brackets, as is what has an empty word
     */
    static Wording choice(String... words) {
        return new Wordings.Choice(List.of(words));
    }

    /** Decimal with a unit behind it. */
    static Wording unit(String unit) {
        return new Wordings.Unit(Objects.requireNonNull(unit, "unit"));
    }

    /** A power of two: {@code unit * 2^value}, and the unit's name behind it. */
    static Wording shifted(int unit, String name) {
        return new Wordings.Shifted(unit, Objects.requireNonNull(name, "name"));
    }

    /** One more than the value: for counts that cannot be 0. */
    static Wording plusOne() {
        return new Wordings.PlusOne();
    }

    /** An address or offset whose lower bits the register uses for something else. */
    static Wording aligned(int bits, int digits) {
        return new Wordings.Aligned(bits, digits);
    }
}
