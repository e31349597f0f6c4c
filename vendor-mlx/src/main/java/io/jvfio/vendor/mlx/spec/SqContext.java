// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx.spec;

import io.jvfio.mmio.BigWord64;

/**
 * A send queue's context with its ring's; {@link #AT} is where that is in the input of CREATE_SQ and MODIFY_SQ and the
 * output of QUERY_SQ.
 *
 * <p>Threads: constants.
 */
public final class SqContext {
    /** Where the context is. */
    public static final int AT = 0x20;

    /** How many bytes it has, its ring's included. */
    public static final int SIZE = 0xf0;

    /** Of the whole command: where the addresses of the queue's pages start, 8 bytes each. */
    public static final int PAGES_AT = 0x110;

    /** Of MODIFY_SQ's input: the state that the queue is in. */
    public static final WordBits MODIFY_FROM = WordBits.at(0x08, 31, 28);

    /** Work behind one that failed is completed as flushed. */
    public static final WordBits FLUSH_IN_ERROR = WordBits.bit(0x00, 28);

    /** {@link #RESET}, {@link #READY} or {@link #ERROR}. */
    public static final WordBits STATE = WordBits.at(0x00, 23, 20);

    /** {@link #STATE}. */
    public static final int RESET = 0;

    /** {@link #STATE}. */
    public static final int READY = 1;

    /** {@link #STATE}. */
    public static final int ERROR = 3;

    /** The clock of its completions: 0 free running, 1 the default, 2 real time. */
    public static final WordBits TIMESTAMPS = WordBits.at(0x00, 5, 4);

    /** Told again in each completion. */
    public static final WordBits USER_INDEX = WordBits.at(0x04, 23, 0);

    /** Where completions go. */
    public static final WordBits CQ = WordBits.at(0x08, 23, 0);

    /** How many TISs there are: 0 in a queue that sends no packets. */
    public static final WordBits TIS_COUNT = WordBits.at(0x20, 31, 16);

    /** The first of those. */
    public static final WordBits TIS = WordBits.at(0x2c, 23, 0);

    /** {@link #CYCLIC}. */
    public static final WordBits RING_TYPE = WordBits.at(0x30, 31, 28);

    /** {@link #RING_TYPE}. */
    public static final int CYCLIC = 1;

    /** The protection domain. */
    public static final WordBits PD = WordBits.at(0x38, 23, 0);

    /** The UAR that it is rung in. */
    public static final WordBits UAR = WordBits.at(0x3c, 23, 0);

    /** Where the doorbell record is: 8 bytes, a multiple of 8. */
    public static final BigWord64 RECORD = BigWord64.at(0x40);

    /** How far the device has come. */
    public static final WordBits HARDWARE_COUNTER = WordBits.word(0x48);

    /** A WQEBB's bytes, log2: 6. */
    public static final WordBits LOG_STRIDE = WordBits.at(0x50, 19, 16);

    /** Its pages have 4096 bytes shifted left by this. */
    public static final WordBits LOG_PAGE = WordBits.at(0x50, 12, 8);

    /** How many WQEBBs, log2. */
    public static final WordBits LOG_SIZE = WordBits.at(0x50, 4, 0);

    /** The doorbell record is in registered memory. */
    public static final WordBits RECORD_UMEM = WordBits.bit(0x54, 31);

    /** The ring is in registered memory. */
    public static final WordBits RING_UMEM = WordBits.bit(0x54, 30);

    /** Which memory the record is in; {@link #RECORD} is where it is there. */
    public static final WordBits RECORD_UMEM_ID = WordBits.word(0x58);

    /** Which memory the ring is in. */
    public static final WordBits RING_UMEM_ID = WordBits.word(0x5c);

    /** Where in that memory the ring starts. */
    public static final BigWord64 RING_UMEM_OFFSET = BigWord64.at(0x60);

    private SqContext() {}
}
