// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.igd.spec;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes OpRegions.
 *
 * <p>Threads: one at a time.
 */
public final class OpRegionBuilder {
    private static final int KIB = 1024;

    private final byte[] region = new byte[OpRegion.SIZE];
    private Blob extended = Blob.empty();
    private boolean relative;

    /**
     * An OpRegion without a table; ACPI, ASLE and, before version 3, the software interrupt are there.
     *
     * @param major of its version
     * @param minor of its version
     */
    public OpRegionBuilder(int major, int minor) {
        Ascii.put(region, 0, OpRegion.SIGNATURE.length(), OpRegion.SIGNATURE);
        IgdField.of("size", OpRegion.SIZE_AT, Integer.BYTES).put(region, 0, OpRegion.SIZE / KIB);
        put(OpRegionField.OVER, 0, (long) major << 24 | (long) minor << 16);
        put(OpRegionField.MBOX, 0, Mailbox.ACPI.bit() | Mailbox.ASLE.bit() | (major < 3 ? Mailbox.SWSCI.bit() : 0));
        Ascii.put(region, OpRegion.SYSTEM_BIOS, OpRegion.TEXT, "jvfio");
    }

    /** Writes a field, the mailboxes of the header included. */
    public OpRegionBuilder put(OpRegionField field, int index, long value) {
        field.put(region, index, value);
        return this;
    }

    /** Says that there is a mailbox. */
    public OpRegionBuilder mailbox(Mailbox mailbox) {
        return put(OpRegionField.MBOX, 0, OpRegionField.MBOX.of(Blob.of(region), 0) | mailbox.bit());
    }

    /** The build of the system BIOS, up to 32 letters. */
    public OpRegionBuilder systemBios(String build) {
        Ascii.put(region, OpRegion.SYSTEM_BIOS, OpRegion.TEXT, build);
        return this;
    }

    /** The version of the boot graphics, up to 16 letters. */
    public OpRegionBuilder gopVersion(String version) {
        byte[] letters = version.getBytes(StandardCharsets.UTF_16LE);
        if (letters.length > OpRegion.TEXT) {
            throw new IllegalArgumentException("'" + version + "' has more than 16 letters");
        }
        System.arraycopy(letters, 0, region, OpRegion.GOP_VERSION, letters.length);
        return this;
    }

    /**
     * Puts a table into mailbox 4. One that needs mailbox 5's place too gets it, unless that is in use.
     *
     * @throws IllegalArgumentException if it is too long
     */
    public OpRegionBuilder vbt(Blob table) {
        boolean mailbox5 = (OpRegionField.MBOX.of(Blob.of(region), 0) & Mailbox.EDID.bit()) != 0;
        int room = (mailbox5 ? Mailbox.EDID.offset() : OpRegion.SIZE) - Mailbox.VBT.offset();
        if (table.size() > room) {
            throw new IllegalArgumentException("a table of " + table.size() + " bytes does not fit into " + room);
        }
        System.arraycopy(table.toArray(), 0, region, Mailbox.VBT.offset(), table.size());
        return mailbox(Mailbox.VBT);
    }

    /**
     * Says that a table lies outside.
     *
     * @param address its address, RVDA: with version 2.0 one of the host, with later ones bytes from the OpRegion's start
     * @param table its bytes
     */
    public OpRegionBuilder vbtAt(long address, Blob table) {
        extended = table;
        relative = OpRegion.version(Blob.of(region)) > 0x0200;
        put(OpRegionField.RVDA, 0, address);
        return put(OpRegionField.RVDS, 0, table.size());
    }

    /** The 8 KiB with header and mailboxes, as they lie in the host's memory. */
    public Blob region() {
        return Blob.of(region);
    }

    /** The table that lies outside; no bytes if there is none. */
    public Blob extended() {
        return extended;
    }

    /**
     * All that lies in the host's memory from the start on: with a table that RVDA reaches from there, up to its end.
     *
     * @throws IllegalArgumentException if RVDA is too large for one piece of memory
     */
    public Blob memory() {
        if (!relative) {
            return region();
        }
        long start = OpRegionField.RVDA.of(region(), 0);
        if (start < 0 || start > Integer.MAX_VALUE - extended.size()) {
            throw new IllegalArgumentException("a table at " + Long.toUnsignedString(start) + " is too far away");
        }
        byte[] all = Arrays.copyOf(region, Math.max(region.length, (int) start + extended.size()));
        System.arraycopy(extended.toArray(), 0, all, (int) start, extended.size());
        return Blob.of(all);
    }

    /** What vfio-pci shows of it. */
    public Blob presented() {
        return OpRegion.presented(region(), extended);
    }
}
