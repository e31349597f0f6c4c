// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx.spec;

import io.jvfio.mmio.BigWord64;

/**
 * An event queue's context, and where CREATE_EQ has it. Offsets are from the context's start; {@link #AT} is where that
 * is in the input of CREATE_EQ and the output of QUERY_EQ.
 *
 * <p>Threads: constants.
 */
public final class EqContext {
    /** Where the context is. */
    public static final int AT = 0x10;

    /** Of the whole command: which types of events come to it. */
    public static final BigWord64 EVENT_MASK = BigWord64.at(0x58);

    /** Of the whole command: where the addresses of the queue's pages start, 8 bytes each. */
    public static final int PAGES_AT = 0x110;

    /** 0 is fine. */
    public static final WordBits STATUS = WordBits.at(0x00, 31, 28);

    /** {@link #ARMED} or {@link #FIRED}. */
    public static final WordBits STATE = WordBits.at(0x00, 11, 8);

    /** {@link #STATE}: the next event interrupts. */
    public static final int ARMED = 9;

    /** {@link #STATE}: it has interrupted. */
    public static final int FIRED = 0xa;

    /** How many entries, log2. */
    public static final WordBits LOG_SIZE = WordBits.at(0x0c, 28, 24);

    /** In which UAR its doorbells are. */
    public static final WordBits UAR = WordBits.at(0x0c, 23, 0);

    /** The MSI-X vector. */
    public static final WordBits VECTOR = WordBits.at(0x14, 11, 0);

    /** Its pages have 4096 bytes shifted left by this. */
    public static final WordBits LOG_PAGE = WordBits.at(0x18, 28, 24);

    /** How far the driver has come. */
    public static final WordBits CONSUMER = WordBits.at(0x28, 23, 0);

    /** How far the device has come. */
    public static final WordBits PRODUCER = WordBits.at(0x2c, 23, 0);

    private EqContext() {}
}
