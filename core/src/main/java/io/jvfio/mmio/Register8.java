// SPDX-License-Identifier: Apache-2.0
package io.jvfio.mmio;

/**
 * The place of an 8-bit register. Keep it in a {@code static final} field: compiled code then holds the bare offset.
 *
 * <p>Threads: immutable.
 *
 * @param offset bytes from the start of the register space, 0 or more
 */
public record Register8(long offset) {

    /** Checks the offset. */
    public Register8 {
        Offsets.checkRegister(offset, Byte.BYTES);
    }

    /**
     * A register at an offset.
     *
     * @throws IllegalArgumentException if the offset is negative
     */
    public static Register8 at(long offset) {
        return new Register8(offset);
    }
}
