// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme.spec;

import io.jvfio.mmio.Field;
import io.jvfio.mmio.Word16;
import io.jvfio.mmio.Word32;
import java.lang.foreign.MemorySegment;

/**
 * An entry of a completion queue (4.6). The controller writes it and inverts its phase bit with each round, which is how
 * the host sees that it is new: {@link #publish} is its last store, {@link #acquire} the host's first load.
 *
 * <p>Threads: constants.
 */
public final class CompletionEntry {
    /** The size of an entry in bytes. */
    public static final int SIZE = 16;

    /** {@link #SIZE} as a power of two, as CC.IOCQES wants it. */
    public static final int SIZE_SHIFT = 4;

    /** The command's result. */
    public static final Word32 DW0 = Word32.at(0);

    /** Reserved in the NVM command set. */
    public static final Word32 DW1 = Word32.at(4);

    /** Where the controller stands in the submission queue: the entries before it may be used again. */
    public static final Word16 SQHD = Word16.at(8);

    /** The submission queue of the command. */
    public static final Word16 SQID = Word16.at(10);

    /** The command's identifier. */
    public static final Word16 CID = Word16.at(12);

    /** {@link #PHASE} and {@link #STATUS}. */
    public static final Word16 STATUS_WORD = Word16.at(14);

    /** Of {@link #STATUS_WORD}: which round of the queue it is. */
    public static final Field PHASE = Field.bit(0);

    /** Of {@link #STATUS_WORD}: what {@link StatusCode} explains. */
    public static final Field STATUS = Field.bits(15, 1);

    /** {@link #CID} and {@link #STATUS_WORD} in one: written last. */
    public static final Word32 DW3 = Word32.at(12);

    /** Of {@link #DW3}: {@link #CID}. */
    public static final Field DW3_CID = Field.bits(15, 0);

    /** Of {@link #DW3}: {@link #PHASE}. */
    public static final Field DW3_PHASE = Field.bit(16);

    /** Of {@link #DW3}: {@link #STATUS}. */
    public static final Field DW3_STATUS = Field.bits(31, 17);

    private CompletionEntry() {}

    /**
     * Reads identifier, phase and status together; reads of the other fields come after it.
     *
     * @param memory the queue
     * @param base where the entry starts, in bytes, aligned to 4 bytes in memory
     */
    public static int acquire(MemorySegment memory, long base) {
        return DW3.acquire(memory, base);
    }

    /**
     * Writes identifier, phase and status together, after all that was written before.
     *
     * @param memory the queue
     * @param base where the entry starts, in bytes, aligned to 4 bytes in memory
     * @param dw3 as {@link #dw3} makes it
     */
    public static void publish(MemorySegment memory, long base, int dw3) {
        DW3.publish(memory, base, dw3);
    }

    /**
     * Puts the last dword of an entry together.
     *
     * @param cid 0 to 0xffff
     * @param status 15 bits, as {@link StatusCode#status}
     * @param phase 0 or 1
     */
    public static int dw3(int cid, int status, int phase) {
        return DW3_STATUS.set(DW3_PHASE.set(DW3_CID.set(0, cid), phase), status);
    }
}
