// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx.spec;

import io.jvfio.mmio.BigWord32;
import io.jvfio.mmio.Field;

/**
 * The 8 bytes of memory in which a driver tells how far it has come. A completion queue's has {@link #CONSUMED} and
 * {@link #ARM}, a send queue's {@link #POSTED}.
 *
 * <p>Threads: constants.
 */
public final class DoorbellRecord {
    /** A record's bytes. */
    public static final int SIZE = 8;

    /** How many completions have been taken, 24 bits. */
    public static final BigWord32 CONSUMED = BigWord32.at(0);

    /** What was last written to arm the queue: {@link #SEQUENCE}, {@link #SOLICITED}, {@link #INDEX}. */
    public static final BigWord32 ARM = BigWord32.at(4);

    /** How many WQEBBs have been posted to a send queue, 16 bits. */
    public static final BigWord32 POSTED = BigWord32.at(4);

    /** Of {@link #ARM}: how many events there have been, in 2 bits. */
    public static final Field SEQUENCE = Field.bits(29, 28);

    /** Of {@link #ARM}: only completions that ask for it count. */
    public static final Field SOLICITED = Field.bit(24);

    /** Of {@link #ARM}: how many completions have been taken. */
    public static final Field INDEX = Field.bits(23, 0);

    /** {@link #ARM} of a queue that is polled: a sequence number that asks for no event. */
    public static final int NOT_ARMED = 0x2000_0000;

    private DoorbellRecord() {}
}
