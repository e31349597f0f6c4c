// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.igd.spec;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The BIOS data block of a video BIOS table: blocks, each with an id. Blocks that are shorter than known are legal: what is
 * missing is 0.
 *
 * <p>Threads: immutable.
 *
 * @param version decides what is in the blocks
 * @param origin where it starts in what was decoded
 * @param headerSize bytes before the first block
 * @param size bytes with header and blocks, below 64 KiB
 * @param blocks in the order of the table; of two with one id the first counts
 * @param findings what is wrong with it
 */
public record Bdb(int version, long origin, int headerSize, int size, List<BdbBlock> blocks, List<Finding> findings) {
    static final String SIGNATURE = "BIOS_DATA_BLOCK ";
    static final int HEADER_SIZE = 22;
    static final int BLOCK_HEADER = 3;
    static final int VERSION = 16;
    static final int HEADER_SIZE_AT = 18;
    static final int SIZE_AT = 20;

    private static final int BIG_MIPI_SINCE = 3;
    private static final int GENERIC_HEADER = 2;

    /** Keeps copies of the lists. */
    public Bdb {
        blocks = List.copyOf(blocks);
        findings = List.copyOf(findings);
    }

    /** Takes it apart; the bytes go on for as long as the VBT does. */
    static Bdb parse(Blob bytes) {
        if (!bytes.startsWith(0, SIGNATURE)) {
            throw new MalformedIgdException(bytes.origin(), "no BIOS data block starts here");
        }
        int version = bytes.u16(VERSION);
        int headerSize = bytes.u16(HEADER_SIZE_AT);
        int size = bytes.u16(SIZE_AT);
        if (headerSize < HEADER_SIZE || headerSize > size) {
            throw new MalformedIgdException(
                    bytes.origin() + HEADER_SIZE_AT,
                    "a BIOS data block of " + size + " bytes with a header of " + headerSize);
        }
        Blob whole = bytes.slice(0, size);
        List<BdbBlock> blocks = new ArrayList<>();
        List<Finding> findings = new ArrayList<>();
        int at = headerSize;
        while (at + BLOCK_HEADER < size) {
            int id = whole.u8(at);
            long length = length(whole, at, id);
            at += BLOCK_HEADER;
            if (length > size - at) {
                findings.add(new Finding(
                        whole.origin() + at - BLOCK_HEADER,
                        "block " + id + " of " + length + " bytes goes beyond the end: ignored, as all after it"));
                break;
            }
            blocks.add(new BdbBlock(id, whole.slice(at, (int) length)));
            at += (int) length;
        }
        return new Bdb(version, bytes.origin(), headerSize, size, blocks, findings);
    }

    private static long length(Blob whole, int at, int id) {
        int data = at + BLOCK_HEADER;
        boolean big = id == BdbBlock.MIPI_SEQUENCE
                && whole.u8(data) >= BIG_MIPI_SINCE
                && data + 1 + Integer.BYTES <= whole.size();
        return big ? whole.u32(data + 1) : whole.u16(at + 1);
    }

    /** The first block of an id. */
    public Optional<BdbBlock> block(int id) {
        return blocks.stream().filter(block -> block.id() == id).findFirst();
    }

    /**
     * The outputs; empty if the table does not say.
     *
     * @throws MalformedIgdException if its entries are shorter than 33 bytes
     */
    public Optional<GeneralDefinitions> definitions() {
        return block(BdbBlock.GENERAL_DEFINITIONS).map(block -> GeneralDefinitions.parse(version, block.data()));
    }

    /** Which panel there is; empty if the table does not say. */
    public Optional<PanelOptions> panelOptions() {
        return block(BdbBlock.LFP_OPTIONS).map(block -> new PanelOptions(version, block.data()));
    }

    /**
     * Sixteen panels, or none if the table has none.
     *
     * @throws MalformedIgdException if they are not laid out as drivers want them
     */
    public List<Panel> panels() {
        @Nullable Blob pointers = block(BdbBlock.LFP_DATA_POINTERS).map(BdbBlock::data).orElse(null);
        return block(BdbBlock.LFP_DATA)
                .map(block -> PanelTable.parse(version, origin, pointers, block.data()))
                .orElse(List.of());
    }

    /**
     * Sixteen backlights, or none if the table has none.
     *
     * @throws MalformedIgdException if its entries are not of 6 bytes
     */
    public List<Backlight> backlights() {
        return block(BdbBlock.LFP_BACKLIGHT)
                .map(block -> Backlight.parse(version, block.data()))
                .orElse(List.of());
    }

    /**
     * The generic timings of block 58, one for each panel that has one.
     *
     * @throws MalformedIgdException if its entries are shorter than 28 bytes
     */
    public List<Timing> timings() {
        return block(BdbBlock.GENERIC_DTD).map(block -> timings(block.data())).orElse(List.of());
    }

    private static List<Timing> timings(Blob block) {
        if (block.size() <= GENERIC_HEADER) {
            return List.of();
        }
        int entry = block.u16(0);
        if (entry < Timing.GENERIC_SIZE) {
            throw new MalformedIgdException(block.origin(), "timings of " + entry + " bytes are too short");
        }
        List<Timing> found = new ArrayList<>();
        for (int at = GENERIC_HEADER; at + entry <= block.size(); at += entry) {
            found.add(Timing.generic(block.slice(at, entry)));
        }
        return found;
    }

    /** Block 58 with these timings. */
    static byte[] encodeTimings(List<Timing> timings) {
        byte[] block = new byte[GENERIC_HEADER + timings.size() * Timing.GENERIC_SIZE];
        Timing.putShort(block, 0, Timing.GENERIC_SIZE);
        for (int i = 0; i < timings.size(); i++) {
            timings.get(i).putGeneric(block, GENERIC_HEADER + i * Timing.GENERIC_SIZE);
        }
        return block;
    }
}
