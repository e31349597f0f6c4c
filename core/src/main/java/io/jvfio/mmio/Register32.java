// SPDX-License-Identifier: Apache-2.0
package io.jvfio.mmio;

/**
 * The place of a 32-bit register that has its least significant byte first, as PCI defines registers. Keep it in a
 * {@code static final} field: compiled code then holds the bare offset. Registers of the other byte order are a
 * {@link BigRegister32}.
 *
 * <p>Threads: immutable.
 *
 * @param offset bytes from the start of the register space, a multiple of 4
 */
public record Register32(long offset) {

    /** Checks the offset. */
    public Register32 {
        Offsets.checkRegister(offset, Integer.BYTES);
    }

    /**
     * A register at an offset.
     *
     * @throws IllegalArgumentException if the offset is negative or no multiple of 4
     */
    public static Register32 at(long offset) {
        return new Register32(offset);
    }
}
