// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx.spec;

import io.jvfio.mmio.BigWord64;

/**
 * A completion queue's context; {@link #AT} is where that is in the input of CREATE_CQ and the output of QUERY_CQ.
 *
 * <p>Threads: constants.
 */
public final class CqContext {
    /** Where the context is. */
    public static final int AT = 0x10;

    /** Of the whole command: the queue's memory is a registered one. */
    public static final WordBits UMEM = WordBits.bit(0x5c, 31);

    /** Of the whole command: which registered memory the queue is in. */
    public static final WordBits UMEM_ID = WordBits.word(0x58);

    /** Of the whole command: where in that memory it starts. */
    public static final BigWord64 UMEM_OFFSET = BigWord64.at(0x50);

    /** Of MODIFY_CQ's input: what of the context counts. */
    public static final WordBits MODIFY_SELECT = WordBits.word(0x0c);

    /** {@link #MODIFY_SELECT}: {@link #PERIOD}. */
    public static final int SELECT_PERIOD = 1;

    /** {@link #MODIFY_SELECT}: {@link #MOST_HELD}. */
    public static final int SELECT_MOST_HELD = 1 << 1;

    /** {@link #MODIFY_SELECT}: {@link #IGNORE_OVERRUN}. */
    public static final int SELECT_IGNORE_OVERRUN = 1 << 2;

    /** {@link #MODIFY_SELECT}: {@link #EVENT_QUEUE}. */
    public static final int SELECT_EVENT_QUEUE = 1 << 3;

    /** {@link #MODIFY_SELECT}: {@link #PERIOD_MODE}. */
    public static final int SELECT_PERIOD_MODE = 1 << 4;

    /** Of the whole command: where the addresses of the queue's pages start, 8 bytes each. */
    public static final int PAGES_AT = 0x110;

    /** 0 is fine; {@link #OVERFLOW}, {@link #WRITE_FAILED}. */
    public static final WordBits STATUS = WordBits.at(0x00, 31, 28);

    /** {@link #STATUS}: a completion found no room. */
    public static final int OVERFLOW = 9;

    /** {@link #STATUS}: a completion could not be written. */
    public static final int WRITE_FAILED = 0xa;

    /** The doorbell record is in a registered memory. */
    public static final WordBits RECORD_UMEM = WordBits.bit(0x00, 25);

    /** Which registered memory that is; {@link #RECORD} is where it is there. */
    public static final WordBits RECORD_UMEM_ID = WordBits.word(0x04);

    /** 0 for entries of 64 bytes. */
    public static final WordBits ENTRY_SIZE = WordBits.at(0x00, 23, 21);

    /** Every completion goes to the first entry. */
    public static final WordBits COLLAPSED = WordBits.bit(0x00, 20);

    /** Completions are written whether there is room or not. */
    public static final WordBits IGNORE_OVERRUN = WordBits.bit(0x00, 17);

    /** {@link #PERIOD} starts: 0 at the event, 1 at the completion. */
    public static final WordBits PERIOD_MODE = WordBits.at(0x00, 16, 15);

    /** {@link #ARMED} or {@link #FIRED}. */
    public static final WordBits STATE = WordBits.at(0x00, 11, 8);

    /** {@link #STATE}: the next completion makes an event. */
    public static final int ARMED = 9;

    /** {@link #STATE}: the next completion that asks for it, or fails, makes an event. */
    public static final int ARMED_SOLICITED = 6;

    /** {@link #STATE}: it has made its event. */
    public static final int FIRED = 0xa;

    /** How many entries, log2. */
    public static final WordBits LOG_SIZE = WordBits.at(0x0c, 28, 24);

    /** The UAR that it is armed in. */
    public static final WordBits UAR = WordBits.at(0x0c, 23, 0);

    /** Events are held back so many microseconds. */
    public static final WordBits PERIOD = WordBits.at(0x10, 27, 16);

    /** Events are held back until there are so many completions. */
    public static final WordBits MOST_HELD = WordBits.at(0x10, 15, 0);

    /** The event queue that is told. */
    public static final WordBits EVENT_QUEUE = WordBits.at(0x14, 7, 0);

    /** Its pages have 4096 bytes shifted left by this. */
    public static final WordBits LOG_PAGE = WordBits.at(0x18, 28, 24);

    /** How many completions the driver has taken. */
    public static final WordBits CONSUMER = WordBits.at(0x28, 23, 0);

    /** How many there have been. */
    public static final WordBits PRODUCER = WordBits.at(0x2c, 23, 0);

    /** Where the doorbell record is: 8 bytes, a multiple of 8. */
    public static final BigWord64 RECORD = BigWord64.at(0x38);

    private CqContext() {}
}
