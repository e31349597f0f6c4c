// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx.spec;

import io.jvfio.mmio.BigWord32;
import io.jvfio.mmio.Field;

/**
 * An entry of an event queue. The device writes it and inverts the owner bit with each round of the queue, 0 in the
 * first.
 *
 * <p>Threads: constants.
 */
public final class EventEntry {
    /** An entry's bytes. */
    public static final int SIZE = 64;

    /** See {@link EventType}. */
    public static final WordBits TYPE = WordBits.at(0x00, 23, 16);

    /** Of some types. */
    public static final WordBits SUBTYPE = WordBits.at(0x00, 7, 0);

    /** Of {@link EventType#COMMAND}: a bit for each slot that is complete. */
    public static final BigWord32 COMMAND_SLOTS = BigWord32.at(0x20);

    /** Of {@link EventType#PAGE_REQUEST}: whose pages. */
    public static final WordBits PAGE_FUNCTION = WordBits.at(0x20, 15, 0);

    /** Of {@link EventType#PAGE_REQUEST}: signed; more than 0 are wanted, less can be taken back. */
    public static final BigWord32 PAGE_COUNT = BigWord32.at(0x24);

    /** Of {@link EventType#PORT_CHANGE}: from 1. */
    public static final WordBits PORT = WordBits.at(0x28, 31, 28);

    /** Subtype of {@link EventType#PORT_CHANGE}. */
    public static final int PORT_DOWN = 1;

    /** Subtype of {@link EventType#PORT_CHANGE}. */
    public static final int PORT_ACTIVE = 4;

    /** Of {@link EventType#CQ_ERROR}. */
    public static final WordBits ERROR_CQ = WordBits.at(0x20, 23, 0);

    /** Of {@link EventType#CQ_ERROR}: 1 overrun, 2 access. */
    public static final WordBits ERROR_SYNDROME = WordBits.at(0x28, 7, 0);

    /** Of {@link EventType#COMPLETION}. */
    public static final WordBits COMPLETION_CQ = WordBits.at(0x38, 23, 0);

    /** The word that {@link #OWNER} is in: written last. */
    public static final BigWord32 LAST = BigWord32.at(0x3c);

    /** Of {@link #LAST}: which round it is. */
    public static final Field OWNER = Field.bit(0);

    private EventEntry() {}
}
