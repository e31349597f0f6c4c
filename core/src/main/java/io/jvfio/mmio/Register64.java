// SPDX-License-Identifier: Apache-2.0
package io.jvfio.mmio;

/**
 * The place of a 64-bit register that has its least significant byte first, as PCI defines registers. Keep it in a
 * {@code static final} field: compiled code then holds the bare offset. Registers of the other byte order are a
 * {@link BigRegister64}.
 *
 * <p>Threads: immutable.
 *
 * @param offset bytes from the start of the register space, a multiple of 8
 */
public record Register64(long offset) {

    /** Checks the offset. */
    public Register64 {
        Offsets.checkRegister(offset, Long.BYTES);
    }

    /**
     * A register at an offset.
     *
     * @throws IllegalArgumentException if the offset is negative or no multiple of 8
     */
    public static Register64 at(long offset) {
        return new Register64(offset);
    }
}
