// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx.spec;

/**
 * The control segment that each work of a send queue starts with. The ring consists of WQEBBs.
 *
 * <p>Threads: constants.
 */
public final class SendWork {
    /** A WQEBB's bytes. */
    public static final int BLOCK = 64;

    /** {@link #BLOCK} as a power of two. */
    public static final int LOG_BLOCK = 6;

    /** {@link #OPCODE}: do nothing. */
    public static final int NOP = 0x00;

    /** The index of its first WQEBB, all 16 bits. */
    public static final WordBits INDEX = WordBits.at(0x00, 23, 8);

    /** What to do. */
    public static final WordBits OPCODE = WordBits.at(0x00, 7, 0);

    /** On which queue. */
    public static final WordBits QUEUE = WordBits.at(0x04, 31, 8);

    /** How many segments of 16 bytes, 1 or more. */
    public static final WordBits SEGMENTS = WordBits.at(0x04, 5, 0);

    /** {@link #ALWAYS}, or 0 for a completion on an error only. */
    public static final WordBits COMPLETION = WordBits.at(0x08, 3, 2);

    /** {@link #COMPLETION}: always. */
    public static final int ALWAYS = 2;

    private SendWork() {}
}
