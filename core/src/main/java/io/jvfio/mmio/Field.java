// SPDX-License-Identifier: Apache-2.0
package io.jvfio.mmio;

import io.jvfio.Hex;

/**
 * A bit field of a register: some adjacent bits with a meaning of their own. It works on values, not on the device:
 * read a register once, take its fields apart, put others together, write once.
 *
 * <p>{@snippet :
 * static final Register32 CONTROL = Register32.at(0x14);
 * static final Field ENABLE = Field.bit(0);
 * static final Field PAGE_SIZE = Field.bits(10, 7);
 *
 * int control = ENABLE.set(PAGE_SIZE.set(0, 2), 1);
 * regs.write(CONTROL, control);
 * }
 *
 * <p>Keep it in a {@code static final} field: compiled code then holds mask and shift as constants. No method blocks or
 * allocates.
 *
 * <p>Threads: immutable.
 *
 * @param high the highest bit, 0 to 63
 * @param low the lowest bit, 0 to {@code high}
 */
public record Field(int high, int low) {

    /** Checks the bits. */
    public Field {
        if (low < 0 || high < low || high > 63) {
            throw new IllegalArgumentException("bits " + high + ":" + low + " are no field of a 64-bit register");
        }
    }

    /**
     * A field of one bit.
     *
     * @param number 0 to 63
     * @throws IllegalArgumentException if there is no such bit
     */
    public static Field bit(int number) {
        return new Field(number, number);
    }

    /**
     * A field of adjacent bits, as manuals write it: {@code bits(11, 8)} for {@code [11:8]}.
     *
     * @param high the highest bit, 0 to 63
     * @param low the lowest bit, 0 to {@code high}
     * @throws IllegalArgumentException if these are no such bits
     */
    public static Field bits(int high, int low) {
        return new Field(high, low);
    }

    /** How many bits it has, 1 to 64. */
    public int width() {
        return high - low + 1;
    }

    /** The field's bits in place; the rest is 0. */
    public long mask() {
        return max() << low;
    }

    /** The largest value that fits, unsigned. */
    public long max() {
        return -1L >>> (63 - (high - low));
    }

    /**
     * The field of a register of up to 32 bits.
     *
     * @param register the register's value
     * @return the field's value, unsigned, in the low bits
     * @throws IllegalArgumentException if the field lies above bit 31
     */
    public int of(int register) {
        check32();
        return (register >>> low) & (int) max();
    }

    /**
     * The field of a 64-bit register.
     *
     * @param register the register's value
     * @return the field's value, unsigned, in the low bits
     */
    public long of(long register) {
        return (register >>> low) & max();
    }

    /**
     * Whether any of the field's bits is 1 in a register of up to 32 bits.
     *
     * @throws IllegalArgumentException if the field lies above bit 31
     */
    public boolean isSet(int register) {
        check32();
        return (register & (int) mask()) != 0;
    }

    /** Whether any of the field's bits is 1 in a 64-bit register. */
    public boolean isSet(long register) {
        return (register & mask()) != 0;
    }

    /**
     * A register's value with this field changed; nothing is written.
     *
     * @param register the value of a register of up to 32 bits
     * @param value the field's new value, unsigned, 0 to {@link #max}
     * @throws IllegalArgumentException if the value has more bits than the field, or the field lies above bit 31
     */
    public int set(int register, int value) {
        check32();
        check(Integer.toUnsignedLong(value));
        return (register & ~(int) mask()) | value << low;
    }

    /**
     * A register's value with this field changed; nothing is written.
     *
     * @param register the value of a 64-bit register
     * @param value the field's new value, unsigned, 0 to {@link #max}
     * @throws IllegalArgumentException if the value has more bits than the field
     */
    public long set(long register, long value) {
        check(value);
        return (register & ~mask()) | value << low;
    }

    /** {@code [11:8]}, or {@code [3]} for one bit. */
    @Override
    public String toString() {
        return high == low ? "[" + high + "]" : "[" + high + ":" + low + "]";
    }

    private void check32() {
        if (high > 31) {
            throw new IllegalArgumentException("field " + this + " is no part of a 32-bit register");
        }
    }

    private void check(long value) {
        if ((value & ~max()) != 0) {
            throw new IllegalArgumentException("value " + Hex.of(value) + " has more bits than field " + this);
        }
    }
}
