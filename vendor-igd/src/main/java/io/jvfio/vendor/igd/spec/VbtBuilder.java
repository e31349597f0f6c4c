// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.igd.spec;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Writes video BIOS tables, each block as the version of the BDB wants it.
 *
 * <p>Threads: one at a time.
 */
public final class VbtBuilder {
    private static final int TABLE_VERSION = 100;
    private static final int PANEL_2_SINCE = 212;

    private final int version;
    private final List<ChildDevice> children = new ArrayList<>();
    private final List<Panel> panels = new ArrayList<>();
    private final List<Backlight> backlights = new ArrayList<>();
    private final List<Timing> timings = new ArrayList<>();
    private final TreeMap<Integer, byte[]> others = new TreeMap<>();
    private String platform = "JVFIO";
    private int panelType = -1;

    /**
     * A table without content.
     *
     * @param version of the BDB, 16 bits
     */
    public VbtBuilder(int version) {
        this.version = version;
    }

    /** What the table is for, up to 15 letters. */
    public VbtBuilder platform(String name) {
        platform = name;
        return this;
    }

    /** Adds an output. */
    public VbtBuilder child(ChildDevice child) {
        children.add(child);
        return this;
    }

    /** Adds a panel, up to sixteen. */
    public VbtBuilder panel(Panel panel) {
        panels.add(panel);
        return this;
    }

    /** Adds the backlight of the panel of the same number, up to sixteen. */
    public VbtBuilder backlight(Backlight backlight) {
        backlights.add(backlight);
        return this;
    }

    /** Adds a generic timing; only versions from 229 on have them. */
    public VbtBuilder timing(Timing timing) {
        timings.add(timing);
        return this;
    }

    /** Says which panel there is: its number, or {@link PanelOptions#BY_ID}. */
    public VbtBuilder panelType(int index) {
        panelType = index;
        return this;
    }

    /**
     * Adds a block of bytes, in place of the one that would be written for this id.
     *
     * @param id 0 to 255
     */
    public VbtBuilder block(int id, byte[] data) {
        others.put(id, data.clone());
        return this;
    }

    /**
     * Writes the table, with a right checksum.
     *
     * @throws IllegalArgumentException if something does not fit
     */
    public Blob build() {
        TreeMap<Integer, byte[]> blocks = new TreeMap<>();
        if (!children.isEmpty()) {
            GeneralDefinitions definitions =
                    new GeneralDefinitions(0, 0, List.of(0, 0), ChildDevice.size(version), children);
            blocks.put(BdbBlock.GENERAL_DEFINITIONS, definitions.encode());
        }
        if (panelType >= 0) {
            blocks.put(BdbBlock.LFP_OPTIONS, options());
        }
        if (!panels.isEmpty()) {
            atMostSixteen(panels);
            blocks.put(BdbBlock.LFP_DATA_POINTERS, PanelTable.encodePointers(0));
            blocks.put(BdbBlock.LFP_DATA, PanelTable.encode(version, panels));
        }
        if (!backlights.isEmpty()) {
            atMostSixteen(backlights);
            blocks.put(BdbBlock.LFP_BACKLIGHT, Backlight.encode(version, backlights));
        }
        if (!timings.isEmpty()) {
            blocks.put(BdbBlock.GENERIC_DTD, Bdb.encodeTimings(timings));
        }
        blocks.putAll(others);
        if (!panels.isEmpty() && !others.containsKey(BdbBlock.LFP_DATA_POINTERS)) {
            blocks.put(
                    BdbBlock.LFP_DATA_POINTERS,
                    PanelTable.encodePointers(offset(blocks, BdbBlock.LFP_DATA) + Bdb.BLOCK_HEADER));
        }
        return table(blocks);
    }

    private byte[] options() {
        byte[] block = new byte[PanelOptions.SIZE];
        PanelOptions.PANEL_TYPE.put(block, 0, panelType);
        if (version >= PANEL_2_SINCE) {
            PanelOptions.PANEL_TYPE_2.put(block, 0, PanelOptions.BY_ID);
        }
        return block;
    }

    private static void atMostSixteen(List<?> entries) {
        if (entries.size() > PanelTable.PANELS) {
            throw new IllegalArgumentException(entries.size() + " panels where a table has room for 16");
        }
    }

    /** Where a block starts in the BDB. */
    private static int offset(NavigableMap<Integer, byte[]> blocks, int id) {
        int offset = Bdb.HEADER_SIZE;
        for (byte[] before : blocks.headMap(id, false).values()) {
            offset += Bdb.BLOCK_HEADER + before.length;
        }
        return offset;
    }

    private Blob table(NavigableMap<Integer, byte[]> blocks) {
        int size = Vbt.HEADER_SIZE + offset(blocks, Integer.MAX_VALUE);
        if (size > Vbt.MAX_SIZE) {
            throw new IllegalArgumentException("a table of " + size + " bytes is too long");
        }
        byte[] table = new byte[size];
        Ascii.put(table, 0, Vbt.SIGNATURE_SIZE, Vbt.SIGNATURE + " " + platform);
        Timing.putShort(table, Vbt.VERSION, TABLE_VERSION);
        Timing.putShort(table, Vbt.HEADER_SIZE_AT, Vbt.HEADER_SIZE);
        Timing.putShort(table, Vbt.SIZE, size);
        Timing.putShort(table, Vbt.BDB_OFFSET, Vbt.HEADER_SIZE);
        int bdb = Vbt.HEADER_SIZE;
        Ascii.put(table, bdb, Bdb.VERSION, Bdb.SIGNATURE);
        Timing.putShort(table, bdb + Bdb.VERSION, version);
        Timing.putShort(table, bdb + Bdb.HEADER_SIZE_AT, Bdb.HEADER_SIZE);
        Timing.putShort(table, bdb + Bdb.SIZE_AT, size - bdb);
        blocks.forEach((id, data) -> {
            int at = bdb + offset(blocks, id);
            table[at] = id.byteValue();
            Timing.putShort(table, at + 1, data.length);
            System.arraycopy(data, 0, table, at + Bdb.BLOCK_HEADER, data.length);
        });
        int sum = 0;
        for (byte each : table) {
            sum += each;
        }
        table[Vbt.CHECKSUM] = (byte) -sum;
        return Blob.of(table);
    }
}
