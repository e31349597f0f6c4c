// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

import io.jvfio.Hex;
import org.jspecify.annotations.Nullable;

/**
 * A range of IOVAs, both ends included: an exclusive end would overflow at 2^64.
 *
 * <p>Threads: immutable.
 *
 * @param start the first address, unsigned
 * @param last the last address, unsigned, not below {@code start}
 */
public record IovaRange(long start, long last) implements Comparable<IovaRange> {

    /** Every address there is. */
    public static final IovaRange ALL = new IovaRange(0, -1);

    /** Checks the order. */
    public IovaRange {
        if (Long.compareUnsigned(start, last) > 0) {
            throw new IllegalArgumentException(
                    "range starts at " + Hex.of(start) + " behind its last address " + Hex.of(last));
        }
    }

    /**
     * The range of {@code length} addresses from {@code start}.
     *
     * @throws IllegalArgumentException if the length is 0 or the range would pass 2^64
     */
    public static IovaRange of(long start, long length) {
        if (length == 0) {
            throw new IllegalArgumentException("an empty range at " + Hex.of(start));
        }
        return new IovaRange(start, start + length - 1);
    }

    /** The addresses that {@code bits} bits can name. */
    public static IovaRange ofBits(int bits) {
        if (bits < 1 || bits > 64) {
            throw new IllegalArgumentException(bits + " address bits are not in 1..64");
        }
        return new IovaRange(0, -1L >>> (64 - bits));
    }

    /** Whether the address lies inside. */
    public boolean contains(long address) {
        return Long.compareUnsigned(address, start) >= 0 && Long.compareUnsigned(address, last) <= 0;
    }

    /** Whether the other range lies inside. */
    public boolean contains(IovaRange other) {
        return contains(other.start) && contains(other.last);
    }

    /** Whether the ranges share an address. */
    public boolean overlaps(IovaRange other) {
        return Long.compareUnsigned(start, other.last) <= 0 && Long.compareUnsigned(other.start, last) <= 0;
    }

    /** The addresses that both have, or null if there are none. */
    public @Nullable IovaRange intersection(IovaRange other) {
        if (!overlaps(other)) {
            return null;
        }
        return new IovaRange(contains(other.start) ? other.start : start, contains(other.last) ? other.last : last);
    }

    /** Orders by start, then by last, both unsigned. */
    @Override
    public int compareTo(IovaRange other) {
        int byStart = Long.compareUnsigned(start, other.start);
        return byStart != 0 ? byStart : Long.compareUnsigned(last, other.last);
    }

    /** {@code 0x1000..0x1fff}. */
    @Override
    public String toString() {
        return Hex.of(start) + ".." + Hex.of(last);
    }
}
