// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx.spec;

import io.jvfio.mmio.BigWord32;
import io.jvfio.mmio.BigWord64;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A block of the input or output that does not fit a command's entry. Blocks are chained, each at a multiple of
 * {@link #ALIGNMENT}; a command's length, not the chain's end, says how many count.
 *
 * <p>Threads: constants.
 */
public final class Mailbox {
    /** A block's bytes. */
    public static final int SIZE = 0x240;

    /** How many of them are data, from the start. */
    public static final int DATA = 512;

    /** Where blocks may start: at multiples of this. */
    public static final int ALIGNMENT = 1024;

    /** Where the part behind data and reserved bytes starts, and how long that is. */
    public static final int TRAILER = 0x200;

    /** The next block's address, 0 for none. */
    public static final BigWord64 NEXT = BigWord64.at(0x230);

    /** The block's number, from 0. */
    public static final BigWord32 NUMBER = BigWord32.at(0x238);

    /** As in the command's entry. */
    public static final WordBits TOKEN = WordBits.at(0x23c, 23, 16);

    private static final int CONTROL_SIGNATURE = 0x23e;
    private static final int SIGNATURE = 0x23f;

    private Mailbox() {}

    /** How many blocks a message has beside its entry. */
    public static int count(int length) {
        return Math.max(0, length - CommandEntry.INLINE + DATA - 1) / DATA;
    }

    /**
     * Signs a block that is complete.
     *
     * @param memory where it lies
     * @param base where it starts there, in bytes
     */
    public static void sign(MemorySegment memory, long base) {
        put(memory, base + CONTROL_SIGNATURE, ~Signatures.xor(memory, base + TRAILER, CONTROL_SIGNATURE - TRAILER));
        put(memory, base + SIGNATURE, ~Signatures.xor(memory, base, SIGNATURE));
    }

    /** Whether both signatures of a block are right. */
    public static boolean isSigned(MemorySegment memory, long base) {
        return Signatures.xor(memory, base + TRAILER, SIGNATURE - TRAILER) == 0xff
                && Signatures.xor(memory, base, SIZE) == 0xff;
    }

    private static void put(MemorySegment memory, long at, int value) {
        memory.set(ValueLayout.JAVA_BYTE, at, (byte) value);
    }
}
