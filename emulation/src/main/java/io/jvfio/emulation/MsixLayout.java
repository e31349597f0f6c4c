// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import io.jvfio.Hex;

/**
 * Where a function has its MSI-X table and its pending bits (PCIe 6.0, 7.7.2).
 *
 * <p>Threads: immutable.
 *
 * @param vectors how many, 1 to 2048
 * @param tableBar which BAR has the table
 * @param tableOffset bytes from that BAR's start, a multiple of 8; the table has 16 bytes for each vector
 * @param pendingBar which BAR has the pending bits
 * @param pendingOffset bytes from that BAR's start, a multiple of 8; there are 8 bytes for each 64 vectors
 */
public record MsixLayout(int vectors, int tableBar, int tableOffset, int pendingBar, int pendingOffset) {
    private static final int LARGEST = 2048;
    private static final int ENTRY = 16;

    /** Checks the numbers. */
    public MsixLayout {
        if (vectors < 1 || vectors > LARGEST) {
            throw new IllegalArgumentException(vectors + " MSI-X vectors are not in 1.." + LARGEST);
        }
        if ((tableOffset | pendingOffset) < 0 || (tableOffset | pendingOffset) % Long.BYTES != 0) {
            throw new IllegalArgumentException("MSI-X table at " + Hex.of(tableOffset) + " and pending bits at "
                    + Hex.of(pendingOffset) + " are not at multiples of 8");
        }
    }

    /** Table and pending bits in one BAR. */
    public static MsixLayout of(int vectors, int bar, int tableOffset, int pendingOffset) {
        return new MsixLayout(vectors, bar, tableOffset, bar, pendingOffset);
    }

    /** How many bytes the table has. */
    public int tableSize() {
        return vectors * ENTRY;
    }

    /** How many bytes the pending bits have. */
    public int pendingSize() {
        return (vectors + Long.SIZE - 1) / Long.SIZE * Long.BYTES;
    }
}
