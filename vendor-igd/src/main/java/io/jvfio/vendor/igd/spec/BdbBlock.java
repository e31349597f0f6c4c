// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.igd.spec;

import java.util.Map;

/**
 * A block of the BIOS data block.
 *
 * <p>Threads: immutable.
 *
 * @param id what it is: {@link #name}
 * @param data what it holds, without its header; the origin is its place in the whole
 */
public record BdbBlock(int id, Blob data) {
    /** General features. */
    public static final int GENERAL_FEATURES = 1;

    /** {@link GeneralDefinitions}. */
    public static final int GENERAL_DEFINITIONS = 2;

    /** {@link PanelOptions}. */
    public static final int LFP_OPTIONS = 40;

    /** Where in {@link #LFP_DATA} each part of each {@link Panel} lies. */
    public static final int LFP_DATA_POINTERS = 41;

    /** {@link Panel}. */
    public static final int LFP_DATA = 42;

    /** {@link Backlight}. */
    public static final int LFP_BACKLIGHT = 43;

    /** The block that can be 64 KiB or longer; since its version 3 it says its size in itself. */
    public static final int MIPI_SEQUENCE = 53;

    /** Timings of any size ({@link Timing}). */
    public static final int GENERIC_DTD = 58;

    private static final Map<Integer, String> NAMES = Map.ofEntries(
            Map.entry(GENERAL_FEATURES, "general features"),
            Map.entry(GENERAL_DEFINITIONS, "general definitions"),
            Map.entry(3, "display toggle"),
            Map.entry(4, "mode support list"),
            Map.entry(5, "generic modes"),
            Map.entry(6, "VBIOS registers"),
            Map.entry(7, "VBIOS MMIO"),
            Map.entry(8, "VBIOS modes"),
            Map.entry(9, "PSR"),
            Map.entry(10, "mode removal"),
            Map.entry(11, "child device table"),
            Map.entry(12, "driver features"),
            Map.entry(13, "driver persistence"),
            Map.entry(14, "external table pointers"),
            Map.entry(15, "dot clock override"),
            Map.entry(16, "display select"),
            Map.entry(17, "SV test functions"),
            Map.entry(18, "driver rotation"),
            Map.entry(19, "display remove"),
            Map.entry(20, "OEM customisation"),
            Map.entry(21, "EFP list"),
            Map.entry(22, "SDVO LVDS options"),
            Map.entry(23, "SDVO LVDS DTDs"),
            Map.entry(24, "SDVO LVDS PnP ids"),
            Map.entry(25, "SDVO LVDS power sequence"),
            Map.entry(26, "TV options"),
            Map.entry(27, "eDP"),
            Map.entry(28, "EFP DTD"),
            Map.entry(29, "display select (IVB)"),
            Map.entry(30, "display remove (IVB)"),
            Map.entry(31, "display select (HSW)"),
            Map.entry(32, "display remove (HSW)"),
            Map.entry(LFP_OPTIONS, "LFP options"),
            Map.entry(LFP_DATA_POINTERS, "LFP data pointers"),
            Map.entry(LFP_DATA, "LFP data"),
            Map.entry(LFP_BACKLIGHT, "LFP backlight"),
            Map.entry(44, "LFP power"),
            Map.entry(45, "eDP BFI"),
            Map.entry(46, "chromaticity"),
            Map.entry(50, "MIPI"),
            Map.entry(51, "fixed mode set"),
            Map.entry(52, "MIPI config"),
            Map.entry(MIPI_SEQUENCE, "MIPI sequence"),
            Map.entry(54, "RGB palette"),
            Map.entry(55, "compression parameters (old)"),
            Map.entry(56, "compression parameters"),
            Map.entry(57, "vswing and pre-emphasis"),
            Map.entry(GENERIC_DTD, "generic DTD"),
            Map.entry(252, "INT 15h hook"),
            Map.entry(253, "PRD table"),
            Map.entry(254, "skip"));

    /** What it is for; empty if that is not known. */
    public String name() {
        return NAMES.getOrDefault(id, "");
    }
}
