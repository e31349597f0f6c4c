// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.igd.spec;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Bytes that nobody changes, and where they lie in what they were cut from, so that errors name a place in the whole.
 * Two are equal if their bytes are.
 *
 * <p>Threads: immutable.
 */
public final class Blob {
    /** More bytes than the longest table behind the longest OpRegion that makes sense. */
    public static final int LARGEST = 1 << 20;

    private static final Blob EMPTY = new Blob(new byte[0], 0, 0, 0);

    private final byte[] bytes;
    private final int start;
    private final int size;
    private final long origin;

    private Blob(byte[] bytes, int start, int size, long origin) {
        this.bytes = bytes;
        this.start = start;
        this.size = size;
        this.origin = origin;
    }

    /** No bytes. */
    public static Blob empty() {
        return EMPTY;
    }

    /** Copies bytes; the copy's origin is 0. */
    public static Blob of(byte[] bytes) {
        return new Blob(bytes.clone(), 0, bytes.length, 0);
    }

    /** Copies memory; the copy's origin is 0. */
    public static Blob of(MemorySegment memory) {
        byte[] copy = memory.toArray(ValueLayout.JAVA_BYTE);
        return new Blob(copy, 0, copy.length, 0);
    }

    /**
     * Reads a file, at most {@link #LARGEST} bytes of it; the origin is 0. Blocks.
     *
     * @throws IOException if it cannot be read
     */
    public static Blob read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return of(in.readNBytes(LARGEST));
        }
    }

    /** How many bytes. */
    public int size() {
        return size;
    }

    /** Where the first byte lies in the whole that these were cut from. */
    public long origin() {
        return origin;
    }

    /**
     * The byte at an offset, unsigned.
     *
     * @throws MalformedIgdException if it is not inside
     */
    public int u8(int offset) {
        return (int) number(offset, 1);
    }

    /**
     * The 16 bits at an offset, unsigned.
     *
     * @throws MalformedIgdException if they are not inside
     */
    public int u16(int offset) {
        return (int) number(offset, Short.BYTES);
    }

    /**
     * The 32 bits at an offset, unsigned.
     *
     * @throws MalformedIgdException if they are not inside
     */
    public long u32(int offset) {
        return number(offset, Integer.BYTES);
    }

    /**
     * The number at an offset.
     *
     * @param width 1 to 8 bytes
     * @return the number; negative if all 64 bits are asked for and the highest is set
     * @throws MalformedIgdException if it is not inside
     */
    public long number(int offset, int width) {
        check(offset, width);
        long value = 0;
        for (int i = width - 1; i >= 0; i--) {
            value = value << Byte.SIZE | bytes[start + offset + i] & 0xff;
        }
        return value;
    }

    /**
     * A part, without a copy.
     *
     * @throws MalformedIgdException if it is not inside
     */
    public Blob slice(int offset, int length) {
        check(offset, length);
        return new Blob(bytes, start + offset, length, origin + offset);
    }

    /**
     * All from an offset on, without a copy.
     *
     * @throws MalformedIgdException if the offset is beyond the end
     */
    public Blob from(int offset) {
        return slice(offset, size - offset);
    }

    /** These bytes with zeroes behind them, so that there are as many as asked for; no copy if there are already. */
    public Blob atLeast(int length) {
        return length <= size ? this : new Blob(Arrays.copyOf(toArray(), length), 0, length, origin);
    }

    /** ASCII up to a zero or the end, what is not printable as question marks, without blanks around. */
    public String text(int offset, int length) {
        check(offset, length);
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length && bytes[start + offset + i] != 0; i++) {
            byte each = bytes[start + offset + i];
            text.append(each >= ' ' && each <= '~' ? (char) each : '?');
        }
        return text.toString().strip();
    }

    /** Whether these ASCII characters lie at an offset; no if they would not be inside. */
    public boolean startsWith(int offset, String text) {
        byte[] wanted = text.getBytes(StandardCharsets.US_ASCII);
        return offset >= 0
                && wanted.length <= size - offset
                && Arrays.equals(bytes, start + offset, start + offset + wanted.length, wanted, 0, wanted.length);
    }

    /** A copy. */
    public byte[] toArray() {
        return Arrays.copyOfRange(bytes, start, start + size);
    }

    private void check(int offset, int length) {
        if (offset < 0 || length < 0 || length > size - offset) {
            throw new MalformedIgdException(
                    origin + Math.clamp(offset, 0, size),
                    length + " bytes are needed and " + (offset < 0 ? 0 : Math.max(0, size - offset)) + " are there");
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Blob that
                && Arrays.equals(bytes, start, start + size, that.bytes, that.start, that.start + that.size);
    }

    @Override
    public int hashCode() {
        int hash = 1;
        for (int i = 0; i < size; i++) {
            hash = 31 * hash + bytes[start + i];
        }
        return hash;
    }

    @Override
    public String toString() {
        return size + " bytes";
    }
}
