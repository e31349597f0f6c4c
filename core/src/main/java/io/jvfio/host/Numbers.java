// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host;

import org.jspecify.annotations.Nullable;

/** Numbers as sysfs writes them, if they are numbers. Threads: stateless. */
final class Numbers {
    private Numbers() {}

    /** A decimal number, with a sign or without; the fallback if the text is none. */
    static int decimal(@Nullable String text, int fallback) {
        if (text == null) {
            return fallback;
        }
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException garbage) {
            return fallback;
        }
    }

    /** A hexadecimal number of at most so many bits, with 0x before it or without; the fallback if the text is none. */
    static int hex(@Nullable String text, int bits, int fallback) {
        if (text == null || text.isEmpty() || text.charAt(0) == '+' || text.charAt(0) == '-') {
            return fallback;
        }
        try {
            int value = Integer.parseUnsignedInt(text.startsWith("0x") ? text.substring(2) : text, 16);
            return bits == Integer.SIZE || value >>> bits == 0 ? value : fallback;
        } catch (NumberFormatException garbage) {
            return fallback;
        }
    }

    /** A decimal number of 64 bits; the fallback if the text is none. */
    static long decimalLong(@Nullable String text, long fallback) {
        if (text == null) {
            return fallback;
        }
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException garbage) {
            return fallback;
        }
    }

    /** A hexadecimal number of 64 bits; the fallback if the text is none. */
    static long hexLong(String text, long fallback) {
        try {
            return Long.parseUnsignedLong(text, 16);
        } catch (NumberFormatException garbage) {
            return fallback;
        }
    }
}
