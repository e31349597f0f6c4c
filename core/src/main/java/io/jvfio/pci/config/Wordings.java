// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci.config;

import java.util.List;
import java.util.Locale;

/**
 * The usual ways to word a value, as records: two registers that are described alike are equal.
 *
 * <p>Threads: stateless.
 */
final class Wordings {
    private Wordings() {}

    record Hex(int digits) implements Wording {
        @Override
        public String word(long value) {
            return String.format(Locale.ROOT, "0x%0" + digits + "x", value);
        }
    }

    record Choice(List<String> words) implements Wording {
        @Override
        public String word(long value) {
            return value >= 0 && value < words.size() && !words.get((int) value).isEmpty()
                    ? words.get((int) value)
                    : "[" + Long.toUnsignedString(value) + "]";
        }
    }

    record Unit(String unit) implements Wording {
        @Override
        public String word(long value) {
            return Long.toUnsignedString(value) + unit;
        }
    }

    record Shifted(int unit, String name) implements Wording {
        private static final int MOST = 32;

        @Override
        public String word(long value) {
            return value < MOST ? ((long) unit << value) + name : "[" + value + "]";
        }
    }

    record PlusOne() implements Wording {
        @Override
        public String word(long value) {
            return Long.toUnsignedString(value + 1);
        }
    }

    record Aligned(int bits, int digits) implements Wording {
        @Override
        public String word(long value) {
            return String.format(Locale.ROOT, "0x%0" + digits + "x", value << bits);
        }
    }
}
