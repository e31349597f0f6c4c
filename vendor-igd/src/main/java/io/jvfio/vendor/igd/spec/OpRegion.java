// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.igd.spec;

import io.jvfio.Hex;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What firmware and the graphics driver share: a header, mailboxes, and a video BIOS table in it or behind it. The bytes are
 * as the kernel's region has them: what lies behind the first 8 KiB is what RVDA reaches.
 *
 * <p>Threads: immutable.
 *
 * @param bytes all of them
 * @param table the video BIOS table that a driver would take; null if there is none
 * @param findings what is wrong
 */
public record OpRegion(Blob bytes, @Nullable Placed table, List<Finding> findings) {
    /** What an OpRegion starts with. */
    public static final String SIGNATURE = "IntelGraphicsMem";

    /** The bytes of header and mailboxes. */
    public static final int SIZE = 0x2000;

    /** The region type of Intel's, under which vfio-pci adds its own regions: a PCI vendor's. */
    public static final int REGION_TYPE = 0x80008086;

    /** The region's subtype. */
    public static final int REGION_SUBTYPE = 1;

    static final int SIZE_AT = 0x10;
    static final int SYSTEM_BIOS = 0x18;
    static final int VIDEO_BIOS = 0x38;
    static final int GRAPHICS_DRIVER = 0x48;
    static final int GOP_VERSION = 0x64;
    static final int TEXT = 32;
    static final int SHORT_TEXT = 16;

    private static final int MAILBOXES_TO_3 = 0x400;
    private static final int KIB = 1024;
    private static final int ONE_BYTE = 0xff;

    /** Where a table lies. */
    public enum Place {
        /** Inside, in mailbox 4. */
        MAILBOX,
        /** Where RVDA says, counted from the start of the OpRegion: since version 2.1. */
        RELATIVE,
        /** Where RVDA says, an address of the host: version 2.0. */
        ABSOLUTE
    }

    /**
     * A table and where it was found.
     *
     * <p>Threads: immutable.
     *
     * @param place how it is reached
     * @param offset bytes from the start of the OpRegion
     * @param vbt the table
     */
    public record Placed(Place place, long offset, Vbt vbt) {}

    /** Keeps a copy of the list. */
    public OpRegion {
        findings = List.copyOf(findings);
    }

    /**
     * Takes an OpRegion apart. A table that cannot be had is a finding.
     *
     * @throws MalformedIgdException if it is none, says that its size is 0, or ends within the first three mailboxes
     */
    public static OpRegion parse(Blob bytes) {
        if (!bytes.startsWith(0, SIGNATURE)) {
            throw new MalformedIgdException(bytes.origin(), "no OpRegion starts here");
        }
        if (bytes.u32(SIZE_AT) == 0) {
            throw new MalformedIgdException(bytes.origin() + SIZE_AT, "an OpRegion of no bytes");
        }
        bytes.slice(0, MAILBOXES_TO_3);
        List<Finding> findings = new ArrayList<>();
        Placed table = extended(bytes, findings);
        if (table == null) {
            table = inside(bytes, findings);
        }
        return new OpRegion(bytes, table, findings);
    }

    private static @Nullable Placed extended(Blob bytes, List<Finding> findings) {
        long address = OpRegionField.RVDA.of(bytes, 0);
        long size = OpRegionField.RVDS.of(bytes, 0);
        int version = version(bytes);
        if (version < 0x0200 || address == 0 || size == 0) {
            return null;
        }
        int at = OpRegionField.RVDA.offset();
        if (version == 0x0200) {
            findings.add(new Finding(
                    at,
                    "the video BIOS table lies at address " + Hex.of(address) + " of the host, not in these bytes"));
            return null;
        }
        if (address < 0 || address > bytes.size() || size > bytes.size() - address) {
            findings.add(new Finding(
                    at, "the video BIOS table at " + Hex.of(address) + " of " + size + " bytes is not in these bytes"));
            return null;
        }
        if (address < SIZE) {
            findings.add(new Finding(at, "the video BIOS table overlaps the mailboxes"));
        }
        try {
            Vbt vbt = Vbt.parse(bytes.slice((int) address, (int) size));
            return new Placed(Place.RELATIVE, address, vbt);
        } catch (MalformedIgdException e) {
            findings.add(new Finding(e.offset(), "no video BIOS table where RVDA says: " + e.getMessage()));
            return null;
        }
    }

    private static @Nullable Placed inside(Blob bytes, List<Finding> findings) {
        boolean mailbox5 = (OpRegionField.MBOX.of(bytes, 0) & Mailbox.EDID.bit()) != 0;
        int start = Mailbox.VBT.offset();
        int end = Math.min(bytes.size(), mailbox5 ? Mailbox.EDID.offset() : SIZE);
        if (end <= start || bytes.number(start, 1) == 0) {
            return null;
        }
        try {
            return new Placed(Place.MAILBOX, start, Vbt.parse(bytes.slice(start, end - start)));
        } catch (MalformedIgdException e) {
            findings.add(new Finding(e.offset(), "no video BIOS table in mailbox 4: " + e.getMessage()));
            return null;
        }
    }

    /** Major times 256 and minor. */
    static int version(Blob bytes) {
        return (int) (OpRegionField.OVER.of(bytes, 0) >>> 2 * Byte.SIZE);
    }

    /** {@code 2.1}. */
    public String version() {
        int version = version(bytes);
        return (version >>> Byte.SIZE) + "." + (version & ONE_BYTE);
    }

    /** What the header says, in bytes: 8 KiB with all firmware that is known. */
    public long size() {
        return bytes.u32(SIZE_AT) * KIB;
    }

    /** The mailboxes that the header says are there. */
    public Set<Mailbox> mailboxes() {
        return Mailbox.of(OpRegionField.MBOX.of(bytes, 0));
    }

    /** The build of the system BIOS. */
    public String systemBios() {
        return bytes.text(SYSTEM_BIOS, TEXT);
    }

    /** The build of the video BIOS. */
    public String videoBios() {
        return bytes.text(VIDEO_BIOS, SHORT_TEXT);
    }

    /** The build of the graphics driver, which writes it. */
    public String graphicsDriver() {
        return bytes.text(GRAPHICS_DRIVER, SHORT_TEXT);
    }

    /** The version of the boot graphics (GOP); what is not ASCII is left out. */
    public String gopVersion() {
        String text = new String(bytes.slice(GOP_VERSION, TEXT).toArray(), StandardCharsets.UTF_16LE);
        StringBuilder letters = new StringBuilder();
        for (int i = 0; i < text.length() && text.charAt(i) != 0; i++) {
            if (text.charAt(i) >= ' ' && text.charAt(i) <= '~') {
                letters.append(text.charAt(i));
            }
        }
        return letters.toString().strip();
    }

    /** Whether all places of a field are inside. */
    public boolean has(OpRegionField field) {
        return field.offset() + field.count() * field.width() <= bytes.size();
    }

    /**
     * A field's first place.
     *
     * @throws MalformedIgdException if the OpRegion is too short
     */
    public long value(OpRegionField field) {
        return field.of(bytes, 0);
    }

    /** The video BIOS table that a driver would take. */
    public Optional<Vbt> vbt() {
        return Optional.ofNullable(table).map(Placed::vbt);
    }

    /**
     * What vfio-pci shows of an OpRegion that lies in memory like this: a table that is elsewhere follows the first bytes,
     * and RVDA says so. This is what a guest can be given.
     *
     * @param region the 8 KiB of the host
     * @param extended the bytes of the table that RVDA and RVDS name; empty if there is none
     */
    public static Blob presented(Blob region, Blob extended) {
        int head = (int) Math.min(region.u32(SIZE_AT) * KIB, region.size());
        int version = version(region);
        boolean outside =
                version >= 0x0200 && OpRegionField.RVDA.of(region, 0) != 0 && OpRegionField.RVDS.of(region, 0) != 0;
        byte[] seen = new byte[head + (outside ? extended.size() : 0)];
        System.arraycopy(region.toArray(), 0, seen, 0, head);
        if (outside) {
            System.arraycopy(extended.toArray(), 0, seen, head, extended.size());
        }
        if (outside && version == 0x0200) {
            IgdField.of("minor", OpRegionField.OVER.offset() + 2, 1).put(seen, 0, 1);
        }
        OpRegionField.RVDA.put(seen, 0, outside ? SIZE : 0);
        return Blob.of(seen);
    }
}
