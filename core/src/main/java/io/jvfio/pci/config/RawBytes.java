// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci.config;

import java.util.ArrayList;
import java.util.List;

/**
 * Bytes that no table takes apart.
 *
 * <p>Threads: immutable.
 *
 * @param offset of the first, in bytes from the start of config space
 * @param bytes the bytes
 */
public record RawBytes(int offset, List<Byte> bytes) {

    /** Copies the list. */
    public RawBytes {
        bytes = List.copyOf(bytes);
    }

    /** What is known of config space from an offset to another, which is not included. */
    static RawBytes of(ConfigView view, int start, int end) {
        List<Byte> bytes = new ArrayList<>();
        for (int offset = start; offset < end && view.known(offset, 1); offset++) {
            bytes.add((byte) view.read8(offset));
        }
        return new RawBytes(start, bytes);
    }

    /** The same without the zeros at its end. */
    RawBytes trimmed() {
        int length = bytes.size();
        while (length > 0 && bytes.get(length - 1) == 0) {
            length--;
        }
        return new RawBytes(offset, bytes.subList(0, length));
    }

    /** The bytes in hexadecimal, with blanks between. */
    public String text() {
        StringBuilder text = new StringBuilder(3 * bytes.size());
        for (byte each : bytes) {
            text.append(text.isEmpty() ? "" : " ")
                    .append(Character.forDigit(each >> 4 & 0xf, 16))
                    .append(Character.forDigit(each & 0xf, 16));
        }
        return text.toString();
    }
}
