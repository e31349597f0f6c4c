// SPDX-License-Identifier: Apache-2.0
package io.jvfio;

/** Numbers as errors, listings and logs write them. Threads: stateless. */
public final class Hex {
    private Hex() {}

    /** {@code 0x} and as many digits as the number, taken as unsigned, has: addresses, offsets and sizes. */
    public static String of(long value) {
        return "0x" + Long.toHexString(value);
    }

    /** As {@link #of(long)}, for an unsigned number of 32 bits. */
    public static String of(int value) {
        return "0x" + Integer.toHexString(value);
    }

    /**
     * {@code 0x} and all digits that so many bits have: values of registers.
     *
     * @param bits 4 to 64, a multiple of 4; higher bits of the value are left out
     */
    public static String ofBits(long value, int bits) {
        return "0x" + digits(value, bits / 4);
    }

    /**
     * So many digits without a prefix: ids.
     *
     * @param count 1 to 16; higher digits are left out
     */
    public static String digits(long value, int count) {
        StringBuilder text = new StringBuilder(count);
        for (int digit = count - 1; digit >= 0; digit--) {
            text.append(Character.forDigit((int) (value >>> (4 * digit)) & 0xf, 16));
        }
        return text.toString();
    }
}
