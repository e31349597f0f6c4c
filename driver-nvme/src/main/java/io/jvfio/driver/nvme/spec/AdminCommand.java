// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme.spec;

import io.jvfio.mmio.Field;

/**
 * The fields of command dwords 10 to 15 of admin commands, and of their results (5). A constant's Javadoc names the
 * dword; its name starts with the command's.
 *
 * <p>Threads: constants.
 */
public final class AdminCommand {
    /** Create and delete queues, dword 10: the queue's number. */
    public static final Field QUEUE_ID = Field.bits(15, 0);

    /** Create queues, dword 10: entries, 0's based. */
    public static final Field QUEUE_SIZE = Field.bits(31, 16);

    /** Create queues, dword 11: the queue is contiguous in memory. */
    public static final Field QUEUE_CONTIGUOUS = Field.bit(0);

    /** Create completion queue, dword 11: it interrupts. */
    public static final Field CQ_INTERRUPTS = Field.bit(1);

    /** Create completion queue, dword 11: its vector. */
    public static final Field CQ_VECTOR = Field.bits(31, 16);

    /** Create submission queue, dword 11: its priority, for weighted arbitration. */
    public static final Field SQ_PRIORITY = Field.bits(2, 1);

    /** Create submission queue, dword 11: its completion queue. */
    public static final Field SQ_CQID = Field.bits(31, 16);

    /** Abort, dword 10: the submission queue of the command. */
    public static final Field ABORT_SQID = Field.bits(15, 0);

    /** Abort, dword 10: the command's identifier. */
    public static final Field ABORT_CID = Field.bits(31, 16);

    /** Abort, dword 0 of the completion: 1 if the command was not aborted. */
    public static final Field ABORT_FAILED = Field.bit(0);

    /** Identify, dword 10: which structure; of {@link Cns}. */
    public static final Field IDENTIFY_CNS = Field.bits(7, 0);

    /** Identify, dword 10: the controller of lists. */
    public static final Field IDENTIFY_CNTID = Field.bits(31, 16);

    /** Get log page, dword 10: which page; of {@link LogPage}. */
    public static final Field LOG_ID = Field.bits(7, 0);

    /** Get log page, dword 10: what the page says it is. */
    public static final Field LOG_SPECIFIC = Field.bits(11, 8);

    /** Get log page, dword 10: the event that announced the page is not cleared. */
    public static final Field LOG_RETAIN = Field.bit(15);

    /** Get log page, dword 10: lower half of the number of dwords, 0's based. */
    public static final Field LOG_DWORDS_LOW = Field.bits(31, 16);

    /** Get log page, dword 11: upper half of the number of dwords, 0's based. The offset is in dwords 12 and 13. */
    public static final Field LOG_DWORDS_HIGH = Field.bits(15, 0);

    /** Get and set features, dword 10: which; of {@link FeatureId}. */
    public static final Field FEATURE_ID = Field.bits(7, 0);

    /** Get features, dword 10: {@link #SELECT_CURRENT} and so on. */
    public static final Field FEATURE_SELECT = Field.bits(10, 8);

    /** Set features, dword 10: the value is kept over resets. */
    public static final Field FEATURE_SAVE = Field.bit(31);

    /** Value of {@link #FEATURE_SELECT}. */
    public static final int SELECT_CURRENT = 0;

    /** Value of {@link #FEATURE_SELECT}. */
    public static final int SELECT_DEFAULT = 1;

    /** Value of {@link #FEATURE_SELECT}. */
    public static final int SELECT_SAVED = 2;

    /** Value of {@link #FEATURE_SELECT}: whether the feature can be changed and saved, in the completion. */
    public static final int SELECT_CAPABILITIES = 3;

    /** Format NVM, dword 10: the format's number. */
    public static final Field FORMAT_LBAF = Field.bits(3, 0);

    /** Format NVM, dword 10: metadata follows each block. */
    public static final Field FORMAT_MSET = Field.bit(4);

    /** Format NVM, dword 10: protection information. */
    public static final Field FORMAT_PI = Field.bits(7, 5);

    /** Format NVM, dword 10: protection information comes first in the metadata. */
    public static final Field FORMAT_PIL = Field.bit(8);

    /** Format NVM, dword 10: secure erase: 0 none, 1 user data, 2 cryptographic. */
    public static final Field FORMAT_SES = Field.bits(11, 9);

    /** Asynchronous event, dword 0 of the completion: of {@link AsyncEvent}. */
    public static final Field EVENT_TYPE = Field.bits(2, 0);

    /** Asynchronous event, dword 0 of the completion: what happened. */
    public static final Field EVENT_INFORMATION = Field.bits(15, 8);

    /** Asynchronous event, dword 0 of the completion: the log page that tells more, and that clears the event. */
    public static final Field EVENT_LOG_PAGE = Field.bits(23, 16);

    private AdminCommand() {}
}
