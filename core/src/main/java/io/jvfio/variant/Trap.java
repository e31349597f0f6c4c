// SPDX-License-Identifier: Apache-2.0
package io.jvfio.variant;

import io.jvfio.Hex;
import io.jvfio.mmio.RegisterPort;
import java.util.Objects;

/**
 * Pages of a region of the device below whose accesses a variant takes itself: a hole in what can be mapped.
 *
 * <p>Threads: immutable.
 *
 * @param region the region's index
 * @param offset where the pages start, in bytes from the region's start, a multiple of {@link #PAGE}
 * @param length bytes, a multiple of {@link #PAGE}
 * @param kind what it means if somebody gets past it
 * @param registers take the accesses, at offsets from the region's start; they neither wait nor allocate
 */
public record Trap(int region, long offset, long length, Kind kind, RegisterPort registers) {
    /** The granule of traps, in bytes. */
    public static final long PAGE = 4096;

    /** What a trap is for. */
    public enum Kind {
        /** Nobody may pass: a file by which a client could is not passed on, to anyone. */
        GUARD,
        /** Passing harms only who does. */
        EMULATE
    }

    /** Checks the range. */
    public Trap {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(registers, "registers");
        if (region < 0 || offset < 0 || offset % PAGE != 0 || length <= 0 || length % PAGE != 0) {
            throw new IllegalArgumentException("a trap of " + Hex.of(length) + " bytes at " + Hex.of(offset)
                    + " of region " + region + ": both must be multiples of " + Hex.of(PAGE));
        }
        Math.addExact(offset, length);
    }

    /** Where the pages end. */
    long end() {
        return offset + length;
    }

    boolean overlaps(long from, long to) {
        return from < end() && to > offset;
    }
}
