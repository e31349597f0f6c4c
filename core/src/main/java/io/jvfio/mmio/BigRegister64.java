// SPDX-License-Identifier: Apache-2.0
package io.jvfio.mmio;

/**
 * The place of a 64-bit register that has its most significant byte first. {@link Mmio} reads and writes its value as
 * that of any other, on CPUs of either byte order. Keep it in a {@code static final} field: compiled code then holds
 * the bare offset.
 *
 * <p>Threads: immutable.
 *
 * @param offset bytes from the start of the register space, a multiple of 8
 */
public record BigRegister64(long offset) {

    /** Checks the offset. */
    public BigRegister64 {
        Offsets.checkRegister(offset, Long.BYTES);
    }

    /**
     * A register at an offset.
     *
     * @throws IllegalArgumentException if the offset is negative or no multiple of 8
     */
    public static BigRegister64 at(long offset) {
        return new BigRegister64(offset);
    }
}
