// SPDX-License-Identifier: Apache-2.0
package io.jvfio.mmio;

/**
 * The place of a 16-bit register that has its least significant byte first, as PCI defines registers. Keep it in a
 * {@code static final} field: compiled code then holds the bare offset.
 *
 * <p>Threads: immutable.
 *
 * @param offset bytes from the start of the register space, a multiple of 2
 */
public record Register16(long offset) {

    /** Checks the offset. */
    public Register16 {
        Offsets.checkRegister(offset, Short.BYTES);
    }

    /**
     * A register at an offset.
     *
     * @throws IllegalArgumentException if the offset is negative or no multiple of 2
     */
    public static Register16 at(long offset) {
        return new Register16(offset);
    }
}
