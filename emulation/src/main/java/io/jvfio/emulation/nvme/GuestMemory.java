// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation.nvme;

import java.lang.foreign.MemorySegment;

/**
 * What the controller reaches by DMA. Addresses are the driver's: any of them may lead nowhere.
 *
 * <p>Threads: one at a time. Nothing here allocates for memory of this process.
 */
interface GuestMemory {

    /** Whether the driver lets the controller master the bus. */
    boolean reachable();

    /**
     * Copies from memory.
     *
     * @param address where from
     * @param target where to
     * @param offset bytes from the start of the target
     * @param length bytes, more than 0, inside the target
     * @return whether all was copied; if not, what is in the target is unspecified
     */
    boolean read(long address, MemorySegment target, long offset, long length);

    /**
     * Copies to memory.
     *
     * @param address where to
     * @param source where from
     * @param offset bytes from the start of the source
     * @param length bytes, more than 0, inside the source
     * @return whether all was copied
     */
    boolean write(long address, MemorySegment source, long offset, long length);

    /**
     * Writes completion entries in order, each in two words of 8 bytes of which the second is stored after the first and
     * after all entries before: a reader that sees it sees the rest.
     *
     * @param address where the first one goes, a multiple of 16
     * @param words two words for each entry
     * @param count how many entries, 1 or more
     * @return whether all were written
     */
    boolean writeEntries(long address, long[] words, int count);

    /**
     * Reads 32 bits in one access; later reads come after it.
     *
     * @param address a multiple of 4
     * @return the unsigned value, or -1 if nothing is there
     */
    long load(long address);

    /**
     * Writes 32 bits in one access, after all that was written before.
     *
     * @param address a multiple of 4
     * @return whether it was written
     */
    boolean store(long address, int value);
}
