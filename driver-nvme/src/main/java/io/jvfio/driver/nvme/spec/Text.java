// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme.spec;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The place of an ASCII text in a structure in memory, padded with spaces (1.5).
 *
 * <p>Threads: immutable.
 *
 * @param offset bytes from the start of the structure
 * @param length bytes
 */
public record Text(int offset, int length) {

    /** Checks the numbers. */
    public Text {
        if (offset < 0 || length < 1) {
            throw new IllegalArgumentException("a text of " + length + " bytes at offset " + offset);
        }
    }

    /**
     * A text at an offset.
     *
     * @throws IllegalArgumentException if the offset is negative or the length not positive
     */
    public static Text at(int offset, int length) {
        return new Text(offset, length);
    }

    /**
     * Reads the text of a structure that starts where the memory does. What is not printable ASCII, which a device may
     * send all the same, becomes a full stop; the text ends at the first NUL, and without the spaces at its end.
     */
    public String of(MemorySegment memory) {
        byte[] bytes = memory.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE);
        int end = 0;
        while (end < length && bytes[end] != 0) {
            if (bytes[end] < ' ' || bytes[end] > '~') {
                bytes[end] = '.';
            }
            end++;
        }
        return new String(bytes, 0, end, StandardCharsets.US_ASCII).stripTrailing();
    }

    /**
     * Writes the text of a structure that starts where the memory does, and pads it with spaces.
     *
     * @throws IllegalArgumentException if the text is too long or not printable ASCII
     */
    public void set(MemorySegment memory, String text) {
        write(memory, text, (byte) ' ');
    }

    /**
     * As {@link #set}, but padded with NUL, as names that are qualified (NQN) are.
     *
     * @throws IllegalArgumentException if the text is too long or not printable ASCII
     */
    public void setTerminated(MemorySegment memory, String text) {
        write(memory, text, (byte) 0);
    }

    private void write(MemorySegment memory, String text, byte padding) {
        if (text.length() > length || text.chars().anyMatch(c -> c < ' ' || c > '~')) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is not up to " + length + " printable ASCII characters");
        }
        byte[] bytes = Arrays.copyOf(text.getBytes(StandardCharsets.US_ASCII), length);
        Arrays.fill(bytes, text.length(), length, padding);
        MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, offset, length);
    }
}
