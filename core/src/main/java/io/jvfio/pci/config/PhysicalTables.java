// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci.config;

import static io.jvfio.pci.config.FieldAccess.HWINIT;
import static io.jvfio.pci.config.FieldAccess.RW1CS;
import static io.jvfio.pci.config.FieldAccess.RW1S;
import static io.jvfio.pci.config.RegisterField.field;
import static io.jvfio.pci.config.RegisterField.flag;
import static io.jvfio.pci.config.RegisterField.ro;
import static io.jvfio.pci.config.RegisterField.rw;

/**
 * The link's lower layers: equalization from 8 to 64 GT/s, margining, data link features.
 *
 * <p>Source: PCIe 6.0, 7.7.3 to 7.7.7 and 7.7.10.
 */
final class PhysicalTables {
    private static final Wording LONG = Wording.hex(8);

    static final CapabilityLayout SECONDARY = new CapabilityLayout("SecPCIe", "Secondary PCI Express", at -> {
        at.addAll(
                Register.of32(
                        "LnkCtl3",
                        0x04,
                        flag("PerformEqu", 0, RW1S),
                        rw("LnkEquIntrruptEn", 1),
                        rw("LowerSKPGen", 15, 9, ExpressLinkTables.SPEEDS)),
                Register.of32("LaneErrStat", 0x08, field("Lanes", 31, 0, RW1CS, LONG))
                        .zeroes());
        for (int lane = 0; lane < at.lanes(); lane++) {
            at.add(Register.of16(
                    "Lane" + lane,
                    0x0c + Short.BYTES * lane,
                    field("DSPPreset", 3, 0, HWINIT, Wording.NUMBER),
                    field("DSPHint", 6, 4, HWINIT, Wording.NUMBER),
                    field("USPPreset", 11, 8, HWINIT, Wording.NUMBER),
                    field("USPHint", 14, 12, HWINIT, Wording.NUMBER)));
        }
    });

    static final CapabilityLayout FEATURES = CapabilityLayout.fixed(
            "DLF",
            "Data Link Feature",
            Register.of32(
                    "DLFCap",
                    0x04,
                    ro("ScaledFlowControl", 0),
                    ro("ImmediateReadiness", 1),
                    ro("ExtendedVCs", 4, 2),
                    ro("L0pExitLatency", 7, 5),
                    ro("OtherLocal", 22, 8, Wording.HEX),
                    field("Exchange", 31, 31, HWINIT, Wording.NUMBER)),
            Register.of32("DLFSta", 0x08, ro("Remote", 22, 0, Wording.HEX), ro("RemoteValid", 31)));

    private static final RegisterField[] EQUALIZED = {
        ro("EquComplete", 0),
        ro("EquPhase1", 1),
        ro("EquPhase2", 2),
        ro("EquPhase3", 3),
        flag("LinkEquRequest", 4, RW1CS),
    };

    static final CapabilityLayout GT_16 = new CapabilityLayout("PL16", "Physical Layer 16.0 GT/s", at -> {
        at.addAll(
                Register.of32("Phy16Sta", 0x0c, EQUALIZED).zeroes(),
                parity("LocalParityErr", 0x10),
                parity("Retimer1ParityErr", 0x14),
                parity("Retimer2ParityErr", 0x18));
        lanes(at, 0x20);
    });

    private static final Wording MODES =
            Wording.choice("PCI Express", "Training Set Messages", "Alternate Protocol Negotiation");

    static final CapabilityLayout GT_32 = new CapabilityLayout("PL32", "Physical Layer 32.0 GT/s", at -> {
        at.addAll(
                Register.of32(
                        "Phy32Cap",
                        0x04,
                        ro("EqualizationBypass", 0),
                        ro("NoEqualizationNeeded", 1),
                        ro("ModTsMode0", 8),
                        ro("ModTsMode1", 9),
                        ro("ModTsMode2", 10)),
                Register.of32(
                        "Phy32Ctl",
                        0x08,
                        rw("EqualizationBypassDis", 0),
                        rw("NoEqualizationNeededDis", 1),
                        rw("ModTsUsageMode", 10, 8, MODES)),
                Register.of32(
                                "Phy32Sta",
                                0x0c,
                                ro("EquComplete", 0),
                                ro("EquPhase1", 1),
                                ro("EquPhase2", 2),
                                ro("EquPhase3", 3),
                                flag("LinkEquRequest", 4, RW1CS),
                                ro("ModTsRecv", 5),
                                ro("EnhLinkBehavior", 7, 6),
                                ro("TxPrecodeOn", 8),
                                ro("TxPrecodeReq", 9),
                                ro("NoEqualizationNeededRecv", 10))
                        .zeroes(),
                Register.of32("RcvModTS1", 0x10, ro("Data", 31, 0, LONG)),
                Register.of32("RcvModTS2", 0x14, ro("Data", 31, 0, LONG)),
                Register.of32("TxModTS1", 0x18, rw("Data", 31, 0, LONG)),
                Register.of32("TxModTS2", 0x1c, rw("Data", 31, 0, LONG)));
        lanes(at, 0x20);
    });

    static final CapabilityLayout GT_64 = new CapabilityLayout("PL64", "Physical Layer 64.0 GT/s", at -> {
        at.add(Register.of32(
                        "Phy64Sta",
                        0x0c,
                        ro("EquComplete", 0),
                        ro("EquPhase1", 1),
                        ro("EquPhase2", 2),
                        ro("EquPhase3", 3),
                        flag("LinkEquRequest", 4, RW1CS),
                        ro("TxPrecodeOn", 5),
                        ro("TxPrecodeReq", 6),
                        ro("NoEqualizationNeededRecv", 7))
                .zeroes());
        lanes(at, 0x10);
    });

    private static final Register MARGIN_CONTROL = Register.of16(
            "Ctl", 0, rw("Receiver", 2, 0), rw("Type", 5, 3), rw("Usage", 6), rw("Payload", 15, 8, Wording.hex(2)));
    private static final Register MARGIN_STATUS = Register.of16(
            "Sta", 0, ro("Receiver", 2, 0), ro("Type", 5, 3), ro("Usage", 6), ro("Payload", 15, 8, Wording.hex(2)));

    static final CapabilityLayout MARGINING = new CapabilityLayout("LMR", "Lane Margining at the Receiver", at -> {
        at.addAll(
                Register.of16("PortCap", 0x04, ro("UsesDriver", 0)),
                Register.of16("PortSta", 0x06, ro("MargReady", 0), ro("MargSoftReady", 1)));
        for (int lane = 0; lane < at.lanes(); lane++) {
            at.add(MARGIN_CONTROL.as("Lane" + lane + "Ctl", 0x08 + Integer.BYTES * lane));
            at.add(MARGIN_STATUS.as("Lane" + lane + "Sta", 0x0a + Integer.BYTES * lane));
        }
    });

    private PhysicalTables() {}

    private static Register parity(String name, int offset) {
        return Register.of32(name, offset, field("Lanes", 31, 0, RW1CS, LONG)).zeroes();
    }

    private static void lanes(Decoding at, int offset) {
        for (int lane = 0; lane < at.lanes(); lane++) {
            at.add(Register.of8(
                    "Lane" + lane,
                    offset + lane,
                    field("DSPPreset", 3, 0, HWINIT, Wording.NUMBER),
                    field("USPPreset", 7, 4, HWINIT, Wording.NUMBER)));
        }
    }
}
