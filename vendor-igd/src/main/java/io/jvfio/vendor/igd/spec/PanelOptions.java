// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.igd.spec;

import java.util.List;

/**
 * Which panel a board has, and how it is connected (block 40).
 *
 * <p>Threads: immutable.
 *
 * @param version the version of the BDB
 * @param block the block's bytes, with zeroes for what it does not have
 */
public record PanelOptions(int version, Blob block) {
    /** Which of the sixteen panels it is; {@link #BY_ID} if its EDID decides. */
    public static final IgdField PANEL_TYPE = IgdField.of("panelType", 0, 1);

    /** As {@link #PANEL_TYPE}, of a second panel. */
    public static final IgdField PANEL_TYPE_2 = IgdField.of("panelType2", 1, 1).since(212);

    /** Everything that is known of the block. */
    public static final List<IgdField> FIELDS = List.of(
            PANEL_TYPE,
            PANEL_TYPE_2,
            IgdField.of("fittingMode", 2, 1).part(0, 2),
            IgdField.of("fittingText", 2, 1).part(2, 1),
            IgdField.of("fittingGraphics", 2, 1).part(3, 1),
            IgdField.of("keepRatio", 2, 1).part(4, 1),
            IgdField.of("dither", 2, 1).part(5, 1),
            IgdField.of("edid", 2, 1).part(6, 1),
            IgdField.of("channels", 4, 4),
            IgdField.of("ssc", 8, 2),
            IgdField.of("sscFrequency", 10, 2),
            IgdField.of("sscDdt", 12, 2),
            IgdField.of("colourDepth", 14, 2),
            IgdField.of("powerSaving", 16, 4),
            IgdField.of("backlightTypes", 20, 4),
            IgdField.of("lcdVccInS0", 24, 2),
            IgdField.of("rotation", 26, 4),
            IgdField.of("position", 30, 4));

    /** The panel type that says: the panel of this table whose id the EDID has. */
    public static final int BY_ID = 0xff;

    static final int SIZE = 34;

    /** Adds zeroes where the block is short. */
    public PanelOptions {
        block = block.atLeast(SIZE);
    }

    /** {@link #PANEL_TYPE}. */
    public int panelType() {
        return (int) PANEL_TYPE.of(block);
    }

    /** The fields that the version has. */
    public List<IgdField> fields() {
        return FIELDS.stream().filter(field -> version >= field.since()).toList();
    }
}
