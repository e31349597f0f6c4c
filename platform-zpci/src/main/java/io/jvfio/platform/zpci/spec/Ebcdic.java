// SPDX-License-Identifier: Apache-2.0
package io.jvfio.platform.zpci.spec;

import java.util.HexFormat;
import java.util.Optional;

/** The printable characters of ASCII in EBCDIC code page 1047, which not every Java runtime has as a charset. */
final class Ebcdic {
    static final byte BLANK = 0x40;

    /** The codes of the characters from blank to tilde. */
    private static final byte[] CODES = HexFormat.of()
            .parseHex("405a7f7b5b6c507d4d5d5c4e6b604b61f0f1f2f3f4f5f6f7f8f97a5e4c7e6e6f"
                    + "7cc1c2c3c4c5c6c7c8c9d1d2d3d4d5d6d7d8d9e2e3e4e5e6e7e8e9ade0bd5f6d"
                    + "79818283848586878889919293949596979899a2a3a4a5a6a7a8a9c04fd0a1");

    private Ebcdic() {}

    /** The text, if all bytes are printable characters of ASCII. */
    static Optional<String> text(byte[] bytes, int length) {
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            int at = 0;
            while (at < CODES.length && CODES[at] != bytes[i]) {
                at++;
            }
            if (at == CODES.length) {
                return Optional.empty();
            }
            text.append((char) (' ' + at));
        }
        return Optional.of(text.toString());
    }

    /** The bytes of printable characters of ASCII. */
    static byte[] bytes(String text) {
        byte[] bytes = new byte[text.length()];
        for (int i = 0; i < bytes.length; i++) {
            int at = text.charAt(i) - ' ';
            if (at < 0 || at >= CODES.length) {
                throw new IllegalArgumentException("\"" + text + "\" has more than printable ASCII");
            }
            bytes[i] = CODES[at];
        }
        return bytes;
    }
}
