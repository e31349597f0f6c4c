// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli;

/** Numbers as this command writes them. Threads: stateless. */
final class Hex {
    private Hex() {}

    /** {@code 0x} and as many digits as the number has: addresses, offsets and sizes. */
    static String of(long value) {
        return "0x" + Long.toHexString(value);
    }

    /** {@code 0x} and all digits that so many bits have: values of registers. */
    static String ofBits(long value, int bits) {
        return "0x" + digits(value, bits / 4);
    }

    /** So many digits without a prefix: ids. */
    static String digits(long value, int count) {
        StringBuilder text = new StringBuilder(count);
        for (int digit = count - 1; digit >= 0; digit--) {
            text.append(Character.forDigit((int) (value >>> (4 * digit)) & 0xf, 16));
        }
        return text.toString();
    }
}
