// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx.spec;

import io.jvfio.mmio.BigWord32;
import io.jvfio.mmio.BigWord64;
import io.jvfio.mmio.Field;

/**
 * An entry of a completion queue. The device inverts its owner bit with each round, 0 in the first; a driver fills the
 * queue with {@link #UNUSED} before.
 *
 * <p>Threads: constants.
 */
public final class CompletionEntry {
    /** An entry's bytes. */
    public static final int SIZE = 64;

    /** The number that the queue's owner chose. */
    public static final WordBits USER_INDEX = WordBits.at(0x20, 23, 0);

    /** When it completed. */
    public static final BigWord64 TIMESTAMP = BigWord64.at(0x30);

    /** Of an error: the vendor's own code. */
    public static final WordBits VENDOR_SYNDROME = WordBits.at(0x34, 15, 8);

    /** Of an error: see {@link #syndromeText}. */
    public static final WordBits SYNDROME = WordBits.at(0x34, 7, 0);

    /** What the completed work was. */
    public static final WordBits WORK_OPCODE = WordBits.at(0x38, 31, 24);

    /** Which queue's work. */
    public static final WordBits QUEUE = WordBits.at(0x38, 23, 0);

    /** The word that {@link #COUNTER}, {@link #OPCODE} and {@link #OWNER} are in: written last. */
    public static final BigWord32 LAST = BigWord32.at(0x3c);

    /** Of {@link #LAST}: the index of the work's first WQEBB, all 16 bits. */
    public static final Field COUNTER = Field.bits(31, 16);

    /** Of {@link #LAST}: {@link #REQUEST}, {@link #REQUEST_ERROR}, {@link #INVALID}, or others. */
    public static final Field OPCODE = Field.bits(7, 4);

    /** Of {@link #LAST}: which round it is. */
    public static final Field OWNER = Field.bit(0);

    /** {@link #OPCODE}: work of a send queue. */
    public static final int REQUEST = 0;

    /** {@link #OPCODE}: work of a send queue that failed. */
    public static final int REQUEST_ERROR = 13;

    /** {@link #OPCODE}: nothing is there. */
    public static final int INVALID = 15;

    /** {@link #LAST} of an entry that was never used. */
    public static final int UNUSED = 0xf1;

    /** {@link #SYNDROME}: the work makes no sense. */
    public static final int LOCAL_OPERATION = 0x02;

    /** {@link #SYNDROME}: not done because work before it failed. */
    public static final int FLUSHED = 0x05;

    private CompletionEntry() {}

    /** A syndrome in words. */
    public static String syndromeText(int syndrome) {
        return switch (syndrome) {
            case 0x01 -> "local length error";
            case LOCAL_OPERATION -> "local operation error";
            case 0x04 -> "local protection error";
            case FLUSHED -> "work request flushed";
            case 0x06 -> "memory window bind error";
            case 0x10 -> "bad response";
            case 0x11 -> "local access error";
            case 0x12 -> "remote invalid request";
            case 0x13 -> "remote access error";
            case 0x14 -> "remote operation error";
            case 0x15 -> "transport retries exceeded";
            case 0x16 -> "RNR retries exceeded";
            case 0x22 -> "remote aborted";
            default -> "syndrome 0x" + Integer.toHexString(syndrome);
        };
    }
}
