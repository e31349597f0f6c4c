// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.igb;

import io.jvfio.mmio.Field;
import io.jvfio.mmio.Register32;

/**
 * The registers of the Intel 82576 that the driver uses, in BAR 0 (82576EB Gigabit Ethernet Controller Datasheet, chapter
 * 8).
 *
 * <p>Threads: constants.
 */
final class Igb {
    static final int VENDOR_ID = 0x8086;
    static final int DEVICE_ID = 0x10c9;

    /** 8.2.1, device control. */
    static final Register32 CTRL = Register32.at(0x0000);

    static final Field CTRL_GIO_MASTER_DISABLE = Field.bit(2);
    static final Field CTRL_RST = Field.bit(26);

    /** 8.2.2, device status. */
    static final Register32 STATUS = Register32.at(0x0008);

    static final Field STATUS_LINK_UP = Field.bit(1);
    static final Field STATUS_GIO_MASTER_ENABLE = Field.bit(19);

    /** 8.2.4, the PHY's registers behind the management interface. */
    static final Register32 MDIC = Register32.at(0x0020);

    static final Field MDIC_DATA = Field.bits(15, 0);
    static final Field MDIC_REGISTER = Field.bits(20, 16);
    static final Field MDIC_PHY = Field.bits(25, 21);
    static final Field MDIC_OPERATION = Field.bits(27, 26);
    static final int MDIC_WRITE = 1;
    static final Field MDIC_READY = Field.bit(28);
    static final Field MDIC_ERROR = Field.bit(30);

    /** IEEE 802.3, 22.2.4.1: register 0 of every PHY. */
    static final int PHY_CONTROL = 0;

    static final int PHY_LOOPBACK = 1 << 14;
    static final int PHY_NEGOTIATE = 1 << 12;
    static final int PHY_RESTART_NEGOTIATION = 1 << 9;
    static final int PHY_FULL_DUPLEX = 1 << 8;
    static final int PHY_GIGABIT = 1 << 6;

    /** 8.10.1, receive control: buffers of 2048 bytes. */
    static final Register32 RCTL = Register32.at(0x0100);

    static final int RCTL_ENABLE = 1 << 1;
    static final int RCTL_ALL_UNICAST = 1 << 3;
    static final int RCTL_ALL_MULTICAST = 1 << 4;
    static final int RCTL_BROADCAST = 1 << 15;
    static final int RCTL_STRIP_CRC = 1 << 26;

    /** 8.12.1, transmit control. */
    static final Register32 TCTL = Register32.at(0x0400);

    static final int TCTL_ENABLE = 1 << 1;
    static final int TCTL_PAD_SHORT = 1 << 3;

    /** 8.8.12, masks all causes that are no queue's. */
    static final Register32 IMC = Register32.at(0x150c);

    /** 8.8.14, general purpose interrupt enable. */
    static final Register32 GPIE = Register32.at(0x1514);

    static final int GPIE_MULTIPLE_MSIX = 1 << 4;

    /** 8.8.2: a written 1 raises the vector of this number. */
    static final Register32 EICS = Register32.at(0x1520);

    /** 8.8.3: a written 1 lets the vector of this number through. */
    static final Register32 EIMS = Register32.at(0x1524);

    /** 8.8.4: a written 1 holds the vector of this number back. */
    static final Register32 EIMC = Register32.at(0x1528);

    /** 8.8.5: the vectors whose cause is cleared when their message is sent. */
    static final Register32 EIAC = Register32.at(0x152c);

    /** 8.8.1: the vectors whose cause is pending; a written 1 clears it. */
    static final Register32 EICR = Register32.at(0x1580);

    /** 8.8.13: the vectors of receive queue 0 (byte 0) and transmit queue 0 (byte 1). */
    static final Register32 IVAR0 = Register32.at(0x1700);

    static final int IVAR_VALID = 0x80;

    /** 8.18.31 and 8.18.34: good frames since the last read. */
    static final Register32 GOOD_FRAMES_RECEIVED = Register32.at(0x4074);

    static final Register32 GOOD_FRAMES_SENT = Register32.at(0x4080);

    /** 8.10.14 and 8.10.15: the first entry of the table of the card's own addresses. */
    static final Register32 RAL0 = Register32.at(0x5400);

    static final Register32 RAH0 = Register32.at(0x5404);

    /** Where the registers of receive queue 0 are, and those of transmit queue 0. */
    static final long RECEIVE_QUEUE = 0xc000;

    static final long TRANSMIT_QUEUE = 0xe000;

    /** How many bytes of registers a queue has. */
    static final long QUEUE_SIZE = 0x40;

    /** 8.10.5 to 8.10.10 and 8.12.8 to 8.12.14: the registers of a queue, counted from its first. */
    static final Register32 QUEUE_BASE_LOW = Register32.at(0x00);

    static final Register32 QUEUE_BASE_HIGH = Register32.at(0x04);
    static final Register32 QUEUE_LENGTH = Register32.at(0x08);
    static final Register32 QUEUE_HEAD = Register32.at(0x10);
    static final Register32 QUEUE_TAIL = Register32.at(0x18);
    static final Register32 QUEUE_CONTROL = Register32.at(0x28);
    static final Field QUEUE_ENABLE = Field.bit(25);

    /** 8.10.2, of receive queues: SRRCTL, the kind of descriptors. */
    static final Register32 QUEUE_RECEIVE_KIND = Register32.at(0x0c);

    static final Field DESCRIPTOR_TYPE = Field.bits(27, 25);
    static final int ADVANCED_ONE_BUFFER = 1;

    private Igb() {}
}
