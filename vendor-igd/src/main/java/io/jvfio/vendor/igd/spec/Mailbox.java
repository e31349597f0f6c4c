// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.igd.spec;

import java.util.EnumSet;
import java.util.Set;

/**
 * The parts of an OpRegion behind its header. Two share a place: version 3 has the backlight where older ones have the
 * software interrupt.
 *
 * <p>Threads: immutable.
 */
public enum Mailbox {
    /** Mailbox 1, public ACPI methods. */
    ACPI(0, 0x100, 0x100),

    /** Mailbox 2, the software interrupt. */
    SWSCI(1, 0x200, 0x100),

    /** Mailbox 3, what ACPI asks of the driver. */
    ASLE(2, 0x300, 0x100),

    /** Mailbox 4, the video BIOS table. */
    VBT(3, 0x400, 0x1800),

    /** Mailbox 5, the panel's EDID. */
    EDID(4, 0x1c00, 0x400),

    /** Mailbox 2 since version 3, the backlight. */
    BACKLIGHT(5, 0x200, 0x100);

    private final int bit;
    private final int offset;
    private final int size;

    Mailbox(int number, int offset, int size) {
        this.bit = 1 << number;
        this.offset = offset;
        this.size = size;
    }

    /** Where it starts in the OpRegion, in bytes. */
    public int offset() {
        return offset;
    }

    /** How many bytes it has. */
    public int size() {
        return size;
    }

    /** The bit that says that there is one ({@link OpRegionField#MBOX}). */
    public int bit() {
        return bit;
    }

    /** Those whose bit is set. */
    static Set<Mailbox> of(long bits) {
        Set<Mailbox> found = EnumSet.noneOf(Mailbox.class);
        for (Mailbox mailbox : values()) {
            if ((bits & mailbox.bit()) != 0) {
                found.add(mailbox);
            }
        }
        return found;
    }
}
