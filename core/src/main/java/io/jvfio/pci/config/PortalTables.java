// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci.config;

import static io.jvfio.pci.config.FieldAccess.HWINIT;
import static io.jvfio.pci.config.RegisterField.field;
import static io.jvfio.pci.config.RegisterField.flag;
import static io.jvfio.pci.config.RegisterField.rw;

import io.jvfio.Hex;

/**
 * Where things are: what a flattening portal bridge passes on, which blocks of registers lie in the BARs, and which other
 * functions' ids a function may use.
 *
 * <p>Sources: PCIe 6.0, 7.8.11 and 7.9.25; PCIe 6.2, 7.9.30.
 */
final class PortalTables {
    private static final Wording ROUTING = Wording.aligned(3, 4);

    static final CapabilityLayout BRIDGE = CapabilityLayout.fixed(
            "FPB",
            "Flattening Portal Bridge",
            Register.of32(
                    "FPBCap",
                    0x04,
                    flag("RID", 0, HWINIT),
                    flag("MEMLow", 1, HWINIT),
                    flag("MEMHigh", 2, HWINIT),
                    field("NumSecDev", 7, 3, HWINIT, Wording.plusOne()),
                    field("RIDVectorSize", 10, 8, HWINIT, Wording.choice("256", "", "1K", "", "", "8K")),
                    field("MEMLowVectorSize", 18, 16, HWINIT, Wording.choice("256", "512", "1K", "2K", "4K")),
                    field("MEMHighVectorSize", 26, 24, HWINIT, Wording.choice("256", "512", "1K", "2K", "4K", "8K"))),
            Register.of32(
                    "FPBRIDCtl1",
                    0x08,
                    rw("En", 0),
                    rw("Granularity", 7, 4, Wording.choice("8", "", "", "64", "", "256")),
                    rw("Start", 31, 19, ROUTING)),
            Register.of32("FPBRIDCtl2", 0x0c, rw("SecondaryStart", 15, 3, ROUTING)),
            Register.of32(
                    "FPBMEMLowCtl",
                    0x10,
                    rw("En", 0),
                    rw("Granularity", 7, 4, Wording.choice("1MB", "2MB", "4MB", "8MB", "16MB")),
                    rw("Start", 31, 20, Wording.aligned(20, 8))),
            Register.of32(
                    "FPBMEMHighCtl1",
                    0x14,
                    rw("En", 0),
                    rw(
                            "Granularity",
                            7,
                            4,
                            Wording.choice("256MB", "512MB", "1GB", "2GB", "4GB", "8GB", "16GB", "32GB")),
                    rw("StartLower", 31, 28, Wording.aligned(28, 8))),
            Register.of32("FPBMEMHighCtl2", 0x18, rw("StartUpper", 31, 0, Wording.hex(8))),
            Register.of32(
                    "FPBAccessCtl",
                    0x1c,
                    rw("Offset", 7, 0, Wording.hex(2)),
                    rw("Vector", 15, 14, Wording.choice("RID", "MEM Low", "MEM High"))),
            Register.of32("FPBAccessData", 0x20, rw("Data", 31, 0, Wording.hex(8))));

    private static final RegisterField LENGTH = field("Length", 11, 0, HWINIT, Wording.HEX);
    private static final Register LOCATOR_CAP = Register.of32("MRBLCap", 0x04, LENGTH);
    private static final Register LOCATOR = Register.of64(
            "Locator",
            0,
            field("BIR", 2, 0, HWINIT, Wording.choice("BAR0", "BAR1", "BAR2", "BAR3", "BAR4", "BAR5")),
            field("ID", 15, 8, HWINIT, PortalTables::block),
            field("Offset", 63, 16, HWINIT, Wording.aligned(16, 16)));
    private static final int FIRST_LOCATOR = 0x08;

    static final CapabilityLayout BLOCKS =
            new CapabilityLayout("MRBL", "MMIO Register Block Locator", PortalTables::blocks);

    private static final RegisterField SHADOWS = field("Functions", 7, 0, HWINIT, Wording.plusOne());
    private static final Register SHADOW_CAP = Register.of32("ShadowCap", 0x04, SHADOWS);
    private static final int FIRST_SHADOW = 0x0c;

    static final CapabilityLayout SHADOW = new CapabilityLayout("Shadow", "Shadow Functions", at -> {
        int functions = (int) SHADOWS.of(at.add(SHADOW_CAP)) + 1;
        at.add(Register.of32("ShadowCtl", 0x08, rw("En", 0)));
        for (int i = 0; i < functions && !at.ended(); i++) {
            at.add(Register.of32(
                    "Shadow" + i, FIRST_SHADOW + Integer.BYTES * i, field("Offset", 15, 0, HWINIT, Wording.hex(4))));
        }
    });

    private PortalTables() {}

    private static void blocks(Decoding at) {
        int length = (int) LENGTH.of(at.add(LOCATOR_CAP));
        if (!at.ended() && (length <= FIRST_LOCATOR || length % Long.BYTES != 0)) {
            at.report(
                    ConfigFinding.Kind.IMPLAUSIBLE,
                    "it claims " + Hex.of(length) + " bytes, which hold no whole locators");
        }
        for (int i = 0; FIRST_LOCATOR + Long.BYTES * (i + 1) <= length && !at.ended(); i++) {
            at.add(LOCATOR.as("Locator" + i, FIRST_LOCATOR + Long.BYTES * i));
        }
    }

    private static String block(long id) {
        return switch ((int) id) {
            case 0x00 -> "empty";
            case 0x01 -> "MCAP";
            case 0xff -> "MDVS";
            default -> Wording.hex(2).word(id);
        };
    }
}
