// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx.spec;

import io.jvfio.mmio.BigRegister32;
import io.jvfio.mmio.BigRegister64;
import io.jvfio.mmio.Field;

/**
 * A page of doorbells. Page n is at n times {@link #SIZE} in BAR 0.
 *
 * <p>Threads: constants.
 */
public final class Uar {
    /** A page's bytes. */
    public static final int SIZE = 4096;

    /** Arms a completion queue: the word of its record, then its number. */
    public static final BigRegister64 CQ_ARM = BigRegister64.at(0x20);

    /** Tells how far an event queue has been emptied, and arms it: {@link #EQ_NUMBER} and {@link #EQ_INDEX}. */
    public static final BigRegister32 EQ_ARM = BigRegister32.at(0x40);

    /** Tells how far an event queue has been emptied. */
    public static final BigRegister32 EQ_UPDATE = BigRegister32.at(0x48);

    /** Of an event queue's doorbell. */
    public static final Field EQ_NUMBER = Field.bits(31, 24);

    /** Of an event queue's doorbell: how many events have been taken. */
    public static final Field EQ_INDEX = Field.bits(23, 0);

    /** Rings a send queue: the first 8 bytes of the last work posted. */
    public static final BigRegister64 SEND = BigRegister64.at(0x800);

    private Uar() {}
}
