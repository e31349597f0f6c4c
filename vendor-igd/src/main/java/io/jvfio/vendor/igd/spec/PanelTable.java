// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.igd.spec;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Blocks 41 and 42: sixteen panels, and where each part of each lies. Offsets count from the start of the BDB.
 *
 * <p>Threads: stateless.
 */
final class PanelTable {
    static final int PANELS = 16;
    static final int NAME_SIZE = 13;

    private static final int TIMING_SIZE = 38;
    private static final int TIMING_MIN = 32;

    /** The last bytes of the timings, with the terminator, which most firmware leaves out of their size. */
    private static final int UNCOUNTED = 6;

    private static final int TERMINATOR = 0xffff;
    private static final int STRIDE = TIMING_SIZE + Timing.DETAILED_SIZE + PanelId.SIZE;

    private static final int POINTER_SIZE = 3;
    private static final int POINTERS_SIZE = 148;
    private static final int POINTERS_PER_PANEL = 3;
    private static final int NAME_POINTER = 145;
    private static final int UNPOINTED_SINCE = 155;

    /** How long what follows the panels is, from which version on. */
    private static final int[] TAIL_SINCE = {187, 210, 188, 226, 208, 242, 227, 306, 231, 308, 245, 310};

    /** Where one part of a panel lies. */
    private record Part(int offset, int size) {}

    /** Where the parts of the first panel lie in block 42, how far it is to the next, and where the names are. */
    private record Layout(
            Part timing,
            Part dtd,
            Part id,
            int stride,
            @Nullable Part names) {}

    private PanelTable() {}

    /**
     * Takes the blocks apart.
     *
     * @param bdbOrigin where the BDB starts in the whole
     * @param pointers block 41, if there is one
     * @throws MalformedIgdException if pointers are not as drivers want them
     */
    static List<Panel> parse(int version, long bdbOrigin, @Nullable Blob pointers, Blob data) {
        Layout layout;
        if (pointers != null) {
            layout = pointed((int) (data.origin() - bdbOrigin), pointers.atLeast(POINTERS_SIZE), data);
        } else if (version >= UNPOINTED_SINCE) {
            layout = usual(data);
        } else {
            throw new MalformedIgdException(data.origin(), "panels without pointers to them");
        }
        List<Panel> panels = new ArrayList<>();
        for (int i = 0; i < PANELS; i++) {
            int at = i * layout.stride;
            int end = at + layout.timing.offset + layout.timing.size;
            if (data.u16(end - Short.BYTES) != TERMINATOR) {
                throw new MalformedIgdException(
                        data.origin() + end - Short.BYTES,
                        "the timing of panel " + i + " does not end where it should");
            }
            panels.add(new Panel(
                    layout.names == null ? "" : data.text(layout.names.offset + i * NAME_SIZE, NAME_SIZE),
                    PanelId.parse(data.slice(at + layout.id.offset, PanelId.SIZE)),
                    Timing.detailed(data.slice(at + layout.dtd.offset, Timing.DETAILED_SIZE))));
        }
        return panels;
    }

    private static Layout pointed(int base, Blob pointers, Blob data) {
        if (pointers.u8(0) != POINTERS_PER_PANEL) {
            throw new MalformedIgdException(
                    pointers.origin(), pointers.u8(0) + " pointers for each panel where 3 are known");
        }
        Layout first = layout(base, pointers, 0);
        wrong(first.timing.size < TIMING_MIN, pointers, "timings of " + first.timing.size + " bytes");
        wrong(first.dtd.size != Timing.DETAILED_SIZE, pointers, "DTDs of " + first.dtd.size + " bytes");
        wrong(first.id.size != PanelId.SIZE, pointers, "PnP ids of " + first.id.size + " bytes");
        int sum = first.timing.size + first.dtd.size + first.id.size;
        int stride = layout(base, pointers, 1).timing.offset - first.timing.offset;
        wrong(stride != sum && stride != sum + UNCOUNTED, pointers, "panels " + stride + " bytes apart");
        Part timing = new Part(first.timing.offset, first.timing.size + stride - sum);
        for (int i = 0; i < PANELS; i++) {
            Layout each = layout(base, pointers, i);
            boolean regular = each.timing.equals(moved(first.timing, i * stride))
                    && each.dtd.equals(moved(first.dtd, i * stride))
                    && each.id.equals(moved(first.id, i * stride));
            wrong(!regular, pointers, "panel " + i + " is not laid out as panel 0");
            data.slice(each.timing.offset, timing.size);
            data.slice(each.dtd.offset, each.dtd.size);
            data.slice(each.id.offset, each.id.size);
        }
        Part names = part(base, pointers, NAME_POINTER);
        if (names.size == 0) {
            return new Layout(timing, first.dtd, first.id, stride, null);
        }
        wrong(names.size != NAME_SIZE, pointers, "names of " + names.size + " bytes");
        data.slice(names.offset, PANELS * NAME_SIZE);
        return new Layout(timing, first.dtd, first.id, stride, names);
    }

    private static Layout layout(int base, Blob pointers, int panel) {
        int at = 1 + panel * POINTERS_PER_PANEL * POINTER_SIZE;
        return new Layout(
                part(base, pointers, at),
                part(base, pointers, at + POINTER_SIZE),
                part(base, pointers, at + 2 * POINTER_SIZE),
                0,
                null);
    }

    private static Part part(int base, Blob pointers, int at) {
        return new Part(pointers.u16(at) - base, pointers.u8(at + Short.BYTES));
    }

    private static Part moved(Part part, int distance) {
        return new Part(part.offset + distance, part.size);
    }

    private static Layout usual(Blob data) {
        int names = PANELS * STRIDE;
        return new Layout(
                new Part(0, TIMING_SIZE),
                new Part(TIMING_SIZE, Timing.DETAILED_SIZE),
                new Part(TIMING_SIZE + Timing.DETAILED_SIZE, PanelId.SIZE),
                STRIDE,
                data.size() >= names + PANELS * NAME_SIZE ? new Part(names, NAME_SIZE) : null);
    }

    private static void wrong(boolean is, Blob where, String what) {
        if (is) {
            throw new MalformedIgdException(where.origin(), what);
        }
    }

    /** Block 41, as firmware writes it, for a block 42 whose data starts so far into the BDB. */
    static byte[] encodePointers(int dataOffset) {
        byte[] block = new byte[POINTERS_SIZE];
        block[0] = POINTERS_PER_PANEL;
        for (int i = 0; i < PANELS; i++) {
            int at = 1 + i * POINTERS_PER_PANEL * POINTER_SIZE;
            int panel = dataOffset + i * STRIDE;
            putPart(block, at, panel, TIMING_SIZE - UNCOUNTED);
            putPart(block, at + POINTER_SIZE, panel + TIMING_SIZE, Timing.DETAILED_SIZE);
            putPart(block, at + 2 * POINTER_SIZE, panel + TIMING_SIZE + Timing.DETAILED_SIZE, PanelId.SIZE);
        }
        putPart(block, NAME_POINTER, dataOffset + PANELS * STRIDE, NAME_SIZE);
        return block;
    }

    private static void putPart(byte[] block, int at, int offset, int size) {
        Timing.putShort(block, at, offset);
        block[at + Short.BYTES] = (byte) size;
    }

    /** Block 42; places beyond the list stay empty. */
    static byte[] encode(int version, List<Panel> panels) {
        byte[] block = new byte[PANELS * STRIDE + tail(version)];
        for (int i = 0; i < PANELS; i++) {
            Timing.putShort(block, i * STRIDE + TIMING_SIZE - Short.BYTES, TERMINATOR);
        }
        for (int i = 0; i < panels.size(); i++) {
            Panel panel = panels.get(i);
            int at = i * STRIDE;
            Timing.putShort(block, at, panel.timing().horizontal().active());
            Timing.putShort(block, at + Short.BYTES, panel.timing().vertical().active());
            panel.timing().putDetailed(block, at + TIMING_SIZE);
            panel.id().put(block, at + TIMING_SIZE + Timing.DETAILED_SIZE);
            Ascii.put(block, PANELS * STRIDE + i * NAME_SIZE, NAME_SIZE, panel.name());
        }
        return block;
    }

    private static int tail(int version) {
        int size = PANELS * NAME_SIZE;
        for (int i = 0; i < TAIL_SINCE.length; i += 2) {
            size = version >= TAIL_SINCE[i] ? TAIL_SINCE[i + 1] : size;
        }
        return size;
    }
}
