// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.igd.spec;

/**
 * BDSM, the base of the memory that was taken for the graphics.
 *
 * <p>Threads: immutable.
 *
 * @param value the register, 32 or 64 bits
 */
public record StolenBase(long value) {
    private static final long ADDRESS = -1L << 20;

    /** Whether nobody can write the register before the next reset. */
    public boolean locked() {
        return (value & 0x1) != 0;
    }

    /** The address, a multiple of 1 MiB; one of the host, unless the register is a guest's own. */
    public long address() {
        return value & ADDRESS;
    }
}
