// SPDX-License-Identifier: Apache-2.0
package io.jvfio.mmio;

import io.jvfio.Hex;

/**
 * Registers, or blocks of registers, that repeat at equal distances: one for each queue, port or vector.
 *
 * <p>{@snippet :
 * static final RegisterBank TAIL = new RegisterBank(0x3818, 0x40, 4);
 * regs.write32(TAIL.offset(queue), tail);
 * }
 *
 * <p>Registers with names, big-endian ones among them, are those of a {@link Mmio#slice slice}, made once per block:
 *
 * <p>{@snippet :
 * static final RegisterBank PAGES = new RegisterBank(0, 4096, 16);
 * static final BigRegister64 DOORBELL = BigRegister64.at(0x800);
 * Mmio page = regs.slice(PAGES.offset(3), PAGES.stride());
 * page.write(DOORBELL, value);
 * }
 *
 * <p>Threads: immutable.
 *
 * @param start where the first one is, in bytes from the start of the register space, 0 or more
 * @param stride from one to the next in bytes, 1 or more
 * @param count how many there are, 1 or more
 */
public record RegisterBank(long start, long stride, int count) {

    /** Checks the numbers. */
    public RegisterBank {
        if (start < 0 || stride < 1 || count < 1 || stride > (Long.MAX_VALUE - start) / count) {
            throw new IllegalArgumentException(
                    "no register bank: start " + Hex.of(start) + ", stride " + Hex.of(stride) + ", count " + count);
        }
    }

    /**
     * Where one of them is. Neither blocks nor allocates.
     *
     * @param index 0 to {@code count() - 1}
     * @return bytes from the start of the register space
     * @throws IndexOutOfBoundsException if there is no such index
     */
    public long offset(int index) {
        if (index < 0 || index >= count) {
            throw new IndexOutOfBoundsException(
                    "index " + index + " is not in the bank at " + Hex.of(start) + " of " + count);
        }
        return start + stride * index;
    }
}
