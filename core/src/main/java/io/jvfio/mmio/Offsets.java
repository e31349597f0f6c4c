// SPDX-License-Identifier: Apache-2.0
package io.jvfio.mmio;

import io.jvfio.Hex;

/** Checks of offsets in a register space, off the path of accesses that are in order. Threads: pure functions. */
final class Offsets {
    private Offsets() {}

    /** One access: inside, and aligned to its width. */
    static void check(long offset, int width, Mmio space) {
        check(offset, width, width, space);
    }

    /** A 64-bit register accessed in halves: both are checked before the first, as half a write is worse than none. */
    static void checkHalves(long offset, Mmio space) {
        check(offset, Long.BYTES, Integer.BYTES, space);
    }

    /** A part that becomes a register space of its own. */
    static void checkPart(long offset, long length, int alignment, Mmio space) {
        long size = space.size();
        if (offset < 0 || length < 0 || offset > size || length > size - offset) {
            throw outside(Long.toHexString(length), offset, space);
        }
        checkAlignment(offset, alignment, space);
    }

    /** The place of a register of a width in bytes, for the records that name registers. */
    static void checkRegister(long offset, int width) {
        if (offset < 0 || (offset & (width - 1)) != 0) {
            throw new IllegalArgumentException("no " + 8 * width + "-bit register at " + Hex.of(offset));
        }
    }

    /** That a field is one of a register of so many bits. */
    static void checkBits(Field field, int bits) {
        if (field.high() >= bits) {
            throw new IllegalArgumentException("field " + field + " is no part of a register of " + bits + " bits");
        }
    }

    /** The place of a field, for the records that name fields of structures in memory. */
    static void checkField(int offset) {
        if (offset < 0) {
            throw new IllegalArgumentException("a field at offset " + offset);
        }
    }

    private static void check(long offset, int length, int alignment, Mmio space) {
        if (offset < 0 || offset > space.size() - length) {
            throw outside(Integer.toHexString(length), offset, space);
        }
        checkAlignment(offset, alignment, space);
    }

    private static void checkAlignment(long offset, int alignment, Mmio space) {
        if ((offset & (alignment - 1)) != 0) {
            throw new IllegalArgumentException(
                    "offset " + Hex.of(offset) + " in " + space + " is not a multiple of " + alignment);
        }
    }

    private static IndexOutOfBoundsException outside(String hexLength, long offset, Mmio space) {
        return new IndexOutOfBoundsException(
                "0x" + hexLength + " bytes at offset " + Hex.of(offset) + " are not inside " + space);
    }
}
