// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.igd.spec;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The numbers in an OpRegion, by the names that its specification has for them. Texts are in {@link OpRegion}.
 *
 * <p>Threads: immutable.
 */
public enum OpRegionField {
    /** The version: bits 31:24 major, 23:16 minor, 15:8 revision. */
    OVER(null, 0x14, 4, 1),

    /** A bit for each {@link Mailbox}. */
    MBOX(null, 0x58, 4, 1),

    /** The driver model. */
    DMOD(null, 0x5c, 4, 1),

    /** The configuration of the platform; bit 13 since version 2.3: nothing to see. */
    PCON(null, 0x60, 4, 1),

    /** Driver ready. */
    DRDY(Mailbox.ACPI, 0x100, 4, 1),

    /** Status of notifications. */
    CSTS(Mailbox.ACPI, 0x104, 4, 1),

    /** Current event. */
    CEVT(Mailbox.ACPI, 0x108, 4, 1),

    /** Displays that are supported, the first eight. */
    DIDL(Mailbox.ACPI, 0x120, 4, 8),

    /** Displays that are there, the first eight. */
    CPDL(Mailbox.ACPI, 0x140, 4, 8),

    /** Displays that are on, the first eight. */
    CADL(Mailbox.ACPI, 0x160, 4, 8),

    /** Displays to be on next. */
    NADL(Mailbox.ACPI, 0x180, 4, 8),

    /** Sleep time-out of ACPI. */
    ASLP(Mailbox.ACPI, 0x1a0, 4, 1),

    /** Which toggle table. */
    TIDX(Mailbox.ACPI, 0x1a4, 4, 1),

    /** Whether hot plugs are told. */
    CHPD(Mailbox.ACPI, 0x1a8, 4, 1),

    /** The lid. */
    CLID(Mailbox.ACPI, 0x1ac, 4, 1),

    /** The dock. */
    CDCK(Mailbox.ACPI, 0x1b0, 4, 1),

    /** Display switch while sleeping. */
    SXSW(Mailbox.ACPI, 0x1b4, 4, 1),

    /** Events that are supported. */
    EVTS(Mailbox.ACPI, 0x1b8, 4, 1),

    /** The current notification. */
    CNOT(Mailbox.ACPI, 0x1bc, 4, 1),

    /** Driver status. */
    NRDY(Mailbox.ACPI, 0x1c0, 4, 1),

    /** Displays that are supported, the other seven. */
    DID2(Mailbox.ACPI, 0x1c4, 4, 7),

    /** Displays that are there, the other seven. */
    CPD2(Mailbox.ACPI, 0x1e0, 4, 7),

    /** The call: bit 0 called, 4:1 function, 7:5 how it ended, 15:8 sub-function. */
    SCIC(Mailbox.SWSCI, 0x200, 4, 1),

    /** Its parameter. */
    PARM(Mailbox.SWSCI, 0x204, 4, 1),

    /** How long the driver waits for it, in milliseconds. */
    DSLP(Mailbox.SWSCI, 0x208, 4, 1),

    /** Brightness of panel 1: bits 7:0, bit 31 valid. */
    BCL1(Mailbox.BACKLIGHT, 0x200, 4, 1),

    /** Brightness of panel 2. */
    BCL2(Mailbox.BACKLIGHT, 0x204, 4, 1),

    /** Brightness of panel 1 as it is. */
    CBL1(Mailbox.BACKLIGHT, 0x208, 4, 1),

    /** Brightness of panel 2 as it is. */
    CBL2(Mailbox.BACKLIGHT, 0x20c, 4, 1),

    /** Levels of panel 1. */
    BCM1(Mailbox.BACKLIGHT, 0x210, 4, 30),

    /** Levels of panel 2. */
    BCM2(Mailbox.BACKLIGHT, 0x288, 4, 30),

    /** Driver ready. */
    ARDY(Mailbox.ASLE, 0x300, 4, 1),

    /** What is asked for, and what failed. */
    ASLC(Mailbox.ASLE, 0x304, 4, 1),

    /** What the driver does. */
    TCHE(Mailbox.ASLE, 0x308, 4, 1),

    /** The light around. */
    ALSI(Mailbox.ASLE, 0x30c, 4, 1),

    /** Brightness that is asked for: bits 7:0, bit 31 valid. */
    BCLP(Mailbox.ASLE, 0x310, 4, 1),

    /** Fitting that is asked for. */
    PFIT(Mailbox.ASLE, 0x314, 4, 1),

    /** Brightness as it is, in per cent. */
    CBLV(Mailbox.ASLE, 0x318, 4, 1),

    /** Levels of brightness. */
    BCLM(Mailbox.ASLE, 0x31c, 2, 20),

    /** Fitting as it is. */
    CPFM(Mailbox.ASLE, 0x344, 4, 1),

    /** Fittings that are supported. */
    EPFM(Mailbox.ASLE, 0x348, 4, 1),

    /** The panel's table of brightness, and what it is. */
    PLUT(Mailbox.ASLE, 0x34c, 1, 74),

    /** Pulse frequency and least brightness. */
    PFMB(Mailbox.ASLE, 0x396, 4, 1),

    /** Gamma correction. */
    CCDV(Mailbox.ASLE, 0x39a, 4, 1),

    /** Power conservation. */
    PCFT(Mailbox.ASLE, 0x39e, 4, 1),

    /** Rotations that are supported. */
    SROT(Mailbox.ASLE, 0x3a2, 4, 1),

    /** Buttons and docks. */
    IUER(Mailbox.ASLE, 0x3a6, 4, 1),

    /** Where a static frame lies. */
    FDSS(Mailbox.ASLE, 0x3aa, 8, 1),

    /** The size of its buffer. */
    FDSP(Mailbox.ASLE, 0x3b2, 4, 1),

    /** State of the driver. */
    STAT(Mailbox.ASLE, 0x3b6, 4, 1),

    /** Where a video BIOS table lies that is outside of mailbox 4. */
    RVDA(Mailbox.ASLE, 0x3ba, 8, 1),

    /** The bytes of the table that RVDA points to. */
    RVDS(Mailbox.ASLE, 0x3c2, 4, 1),

    /** How many blocks BDDC has, in bits 1:0. */
    PHED(Mailbox.EDID, 0x1c00, 4, 1),

    /** The panel's EDID. */
    BDDC(Mailbox.EDID, 0x1c04, 1, 256);

    private final @Nullable Mailbox mailbox;
    private final int offset;
    private final int width;
    private final int count;

    OpRegionField(@Nullable Mailbox mailbox, int offset, int width, int count) {
        this.mailbox = mailbox;
        this.offset = offset;
        this.width = width;
        this.count = count;
    }

    /** Those of a mailbox, or of the header if it is null. */
    public static List<OpRegionField> of(@Nullable Mailbox mailbox) {
        return Arrays.stream(values()).filter(field -> field.mailbox == mailbox).toList();
    }

    /** How many there are, one behind the other. */
    public int count() {
        return count;
    }

    /** Where the first lies, in bytes from the start of the OpRegion. */
    public int offset() {
        return offset;
    }

    /** How many bytes each has. */
    public int width() {
        return width;
    }

    /**
     * Reads it from an OpRegion.
     *
     * @param index 0 to {@link #count} - 1
     * @return the number; negative only if it has 64 bits
     * @throws MalformedIgdException if the OpRegion is too short
     */
    public long of(Blob region, int index) {
        return region.number(at(index), width);
    }

    /**
     * Writes it into an OpRegion.
     *
     * @param index 0 to {@link #count} - 1
     * @throws IllegalArgumentException if the value has more bits
     */
    public void put(byte[] region, int index, long value) {
        IgdField.of(name(), offset, width).put(region, at(index) - offset, value);
    }

    private int at(int index) {
        if (index < 0 || index >= count) {
            throw new IllegalArgumentException(name() + " has " + count + " places, none is " + index);
        }
        return offset + index * width;
    }
}
