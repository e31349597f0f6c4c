// SPDX-License-Identifier: Apache-2.0
package com.example.courier;

import io.jvfio.mmio.Field;
import io.jvfio.mmio.Register32;
import io.jvfio.mmio.Register64;

/** The registers of a courier, a device that copies memory; all in BAR 0. */
final class Courier {
    static final int VENDOR_ID = 0x1234;
    static final int DEVICE_ID = 0xc0de;

    /** Where it reads. */
    static final Register64 SOURCE = Register64.at(0x00);

    /** Where it writes. */
    static final Register64 TARGET = Register64.at(0x08);

    /** How many bytes, 1 to {@link #MOST_BYTES}. */
    static final Register32 SIZE = Register32.at(0x10);

    /** How many copies it has still to make; writing a number starts so many. */
    static final Register32 COPIES = Register32.at(0x14);

    /** Of {@link #COPIES}: all of it. */
    static final Field LEFT = Field.bits(31, 0);

    /** Whether it found no memory; writing 1 clears it. */
    static final Register32 STATUS = Register32.at(0x18);

    /** Of {@link #STATUS}. */
    static final Field LOST = Field.bit(0);

    /** Writing anything makes it interrupt. */
    static final Register32 BELL = Register32.at(0x1c);

    static final int MOST_BYTES = 4096;

    private Courier() {}
}
