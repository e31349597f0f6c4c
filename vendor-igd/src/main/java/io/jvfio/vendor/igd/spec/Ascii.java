// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.igd.spec;

import java.nio.charset.StandardCharsets;

/** Texts in places of a fixed size. Threads: stateless. */
final class Ascii {
    private Ascii() {}

    /**
     * Writes a text, with blanks behind it up to the size.
     *
     * @throws IllegalArgumentException if it is longer
     */
    static void put(byte[] bytes, int at, int size, String text) {
        byte[] letters = text.getBytes(StandardCharsets.US_ASCII);
        if (letters.length > size) {
            throw new IllegalArgumentException("'" + text + "' has more than " + size + " letters");
        }
        for (int i = 0; i < size; i++) {
            bytes[at + i] = i < letters.length ? letters[i] : (byte) ' ';
        }
    }
}
