// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx.spec;

import io.jvfio.mmio.BigWord32;
import io.jvfio.mmio.Field;
import java.lang.foreign.MemorySegment;

/**
 * A bit field of a structure of big-endian 32-bit words, as mlx5's manuals have them: the word's offset and the bits in
 * it. Keep it in a {@code static final} field. No method blocks or allocates.
 *
 * <p>Threads: immutable.
 *
 * @param word where the word is
 * @param bits which of its bits, 31 to 0
 */
public record WordBits(BigWord32 word, Field bits) {

    /**
     * Bits of the word at an offset, written {@code 0xNN[high:low]} in manuals.
     *
     * @throws IllegalArgumentException if there are no such bits
     */
    public static WordBits at(int offset, int high, int low) {
        if (high > 31) {
            throw new IllegalArgumentException("bit " + high + " of a 32-bit word");
        }
        return new WordBits(BigWord32.at(offset), Field.bits(high, low));
    }

    /** One bit of the word at an offset. */
    public static WordBits bit(int offset, int number) {
        return at(offset, number, number);
    }

    /** The whole word at an offset. */
    public static WordBits word(int offset) {
        return at(offset, 31, 0);
    }

    /** The field of a structure that starts where the memory does, unsigned. */
    public int of(MemorySegment memory) {
        return of(memory, 0);
    }

    /**
     * The field of a structure, unsigned.
     *
     * @param base where the structure starts in the memory, in bytes
     * @throws IndexOutOfBoundsException if it is not inside the memory
     */
    public int of(MemorySegment memory, long base) {
        return bits.of(word.of(memory, base));
    }

    /** Whether any of the field's bits is 1. */
    public boolean isSet(MemorySegment memory, long base) {
        return of(memory, base) != 0;
    }

    /** Writes the field of a structure that starts where the memory does, and leaves the rest of its word. */
    public void set(MemorySegment memory, int value) {
        set(memory, 0, value);
    }

    /**
     * Writes the field of a structure and leaves the rest of its word.
     *
     * @param base where the structure starts in the memory, in bytes
     * @throws IllegalArgumentException if the value has more bits than the field
     * @throws IndexOutOfBoundsException if it is not inside the memory
     */
    public void set(MemorySegment memory, long base, int value) {
        word.set(memory, base, bits.set(word.of(memory, base), value));
    }

    /** The field's largest value. */
    public int max() {
        return (int) bits.max();
    }

    /** {@code 0x4c[20:16]}. */
    @Override
    public String toString() {
        return "0x" + Integer.toHexString(word.offset()) + bits;
    }
}
