// SPDX-License-Identifier: Apache-2.0
package io.jvfio.mmio;

/**
 * Register access by call, for whatever is not mapped: kernel read and write, a vfio-user message, a model, a vendor's
 * hook, special instructions.
 *
 * <p>Threads: implementations are thread-safe and allocate nothing.
 */
public interface RegisterPort {

    /**
     * What a register of a width holds of a value: its low bits. For who gives out what somebody else's port returns, and
     * hands it what somebody else writes.
     *
     * @param width 1, 2, 4 or 8 bytes
     */
    static long zeroExtended(long value, int width) {
        return value & -1L >>> Long.SIZE - width * Byte.SIZE;
    }

    /**
     * Reads one register in one access.
     *
     * @param offset bytes from the start of the register space, a multiple of {@code width}
     * @param width 1, 2, 4 or 8 bytes
     * @return the value of the little-endian register, zero-extended
     */
    long read(long offset, int width);

    /**
     * Writes one register in one access.
     *
     * @param offset bytes from the start of the register space, a multiple of {@code width}
     * @param width 1, 2, 4 or 8 bytes
     * @param value the value; bits above the width are ignored
     */
    void write(long offset, int width, long value);

    /**
     * Changes bits of a register and leaves the rest, by one read and one write. Others may write in between, unless the
     * implementation says that they cannot.
     *
     * @param offset bytes from the start of the register space, a multiple of {@code width}
     * @param width 1, 2, 4 or 8 bytes
     * @param mask the bits to change
     * @param value their new values; bits outside the mask are ignored
     * @return the value before
     */
    default long modify(long offset, int width, long mask, long value) {
        long before = read(offset, width);
        write(offset, width, before & ~mask | value & mask);
        return before;
    }
}
