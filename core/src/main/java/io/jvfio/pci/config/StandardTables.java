// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci.config;

import static io.jvfio.pci.config.FieldAccess.RW1CS;
import static io.jvfio.pci.config.FieldAccess.RW1S;
import static io.jvfio.pci.config.FieldAccess.RWS;
import static io.jvfio.pci.config.RegisterField.flag;
import static io.jvfio.pci.config.RegisterField.ro;
import static io.jvfio.pci.config.RegisterField.rw;
import static io.jvfio.pci.config.RegisterField.rw1c;

/**
 * Power management, MSI, MSI-X and other standard capabilities with few registers.
 *
 * <p>Sources: PCIe 6.0, 7.5.2, 7.7.1, 7.7.2, 7.9.18, 7.9.24; PCI 3.0, 6.8; PCI-to-PCI Bridge Architecture 1.2, 3.2.6;
 * CompactPCI Hot Swap 2.1 R2.0; Serial ATA AHCI 1.3.1, 2.4; Advanced Capabilities for Conventional PCI ECN.
 */
final class StandardTables {
    static final CapabilityLayout POWER = CapabilityLayout.fixed(
            "PM",
            "Power Management",
            Register.of16(
                    "PMCap",
                    2,
                    ro("Version", 2, 0),
                    ro("PMEClk", 3),
                    ro("ImmReadyD0", 4),
                    ro("DSI", 5),
                    ro(
                            "AuxCurrent",
                            8,
                            6,
                            Wording.choice("0mA", "55mA", "100mA", "160mA", "220mA", "270mA", "320mA", "375mA")),
                    ro("D1", 9),
                    ro("D2", 10),
                    ro("PME(D0)", 11),
                    ro("PME(D1)", 12),
                    ro("PME(D2)", 13),
                    ro("PME(D3hot)", 14),
                    ro("PME(D3cold)", 15)),
            Register.of16(
                    "PMStatus",
                    4,
                    rw("State", 1, 0, Wording.choice("D0", "D1", "D2", "D3")),
                    ro("NoSoftRst", 3),
                    flag("PME-Enable", 8, RWS),
                    rw("DSel", 12, 9),
                    ro("DScale", 14, 13),
                    flag("PME", 15, RW1CS)),
            Register.of8("PMBridge", 6, ro("B2_B3", 6, 6, Wording.choice("B3", "B2")), ro("BPCC", 7)),
            Register.of8("PMData", 7, ro("Data", 7, 0)));

    static final CapabilityLayout HOT_SWAP = CapabilityLayout.fixed(
            "HotSwap",
            "CompactPCI Hot Swap",
            Register.of8(
                    "HSCSR",
                    2,
                    rw("DHA", 0),
                    rw("EIM", 1),
                    ro("PIE", 2),
                    rw("LOO", 3),
                    ro("PI", 5, 4),
                    rw1c("EXT", 6),
                    rw1c("INS", 7)));

    private static final Wording VECTORS = Wording.shifted(1, "");
    private static final RegisterField MSI_64 = ro("64bit", 7);
    private static final RegisterField MSI_MASKABLE = ro("Maskable", 8);
    private static final Register MSI_CONTROL = Register.of16(
            "MSICtl",
            2,
            rw("Enable", 0),
            ro("Capable", 3, 1, VECTORS),
            rw("Count", 6, 4, VECTORS),
            MSI_64,
            MSI_MASKABLE,
            ro("ExtDataCap", 9),
            rw("ExtDataEn", 10));

    private static final Wording ADDRESS_32 = Wording.hex(8);
    private static final Wording OFFSET = Wording.aligned(3, 8);

    static final CapabilityLayout MSI = new CapabilityLayout("MSI", "Message Signalled Interrupts", at -> {
        long control = at.add(MSI_CONTROL);
        boolean wide = MSI_64.isSet(control);
        int next = wide ? 0x0c : 0x08;
        at.add(
                wide
                        ? Register.of64("Address", 4, rw("Address", 63, 2, Wording.aligned(2, 16)))
                        : Register.of32("Address", 4, rw("Address", 31, 2, Wording.aligned(2, 8))));
        at.add(Register.of16("Data", next, rw("Data", 15, 0, Wording.hex(4))));
        if (MSI_MASKABLE.isSet(control)) {
            at.add(Register.of32("Masking", next + 4, rw("Vectors", 31, 0, ADDRESS_32)));
            at.add(Register.of32("Pending", next + 8, ro("Vectors", 31, 0, ADDRESS_32)));
        }
    });

    static final CapabilityLayout MSIX = CapabilityLayout.fixed(
            "MSI-X",
            "Message Signalled Interrupts, extended",
            Register.of16("MSIXCtl", 2, ro("Count", 10, 0, Wording.plusOne()), rw("Masked", 14), rw("Enable", 15)),
            Register.of32("Table", 4, ro("BAR", 2, 0), ro("Offset", 31, 3, OFFSET)),
            Register.of32("PBA", 8, ro("BAR", 2, 0), ro("Offset", 31, 3, OFFSET)));

    /** The data is read through these two registers: see {@link VitalProductData}. */
    static final CapabilityLayout VPD = CapabilityLayout.fixed(
            "VPD",
            "Vital Product Data",
            Register.of16("VPDAddress", 2, rw("Address", 14, 0, Wording.hex(4)), rw("Flag", 15)),
            Register.of32("VPDData", 4, rw("Data", 31, 0, ADDRESS_32)));

    static final CapabilityLayout SLOT = CapabilityLayout.fixed(
            "SlotID",
            "Slot Identification",
            Register.of8("ExpansionSlot", 2, ro("Slots", 4, 0), ro("First", 5)),
            Register.of8("Chassis", 3, rw("Number", 7, 0, Wording.hex(2))));

    static final CapabilityLayout SUBSYSTEM = CapabilityLayout.fixed(
            "Subsystem",
            "Subsystem ids of a bridge",
            Register.of16("SubsystemVendorID", 4, ro("ID", 15, 0, Wording.hex(4))),
            Register.of16("SubsystemID", 6, ro("ID", 15, 0, Wording.hex(4))));

    static final CapabilityLayout DEBUG = CapabilityLayout.fixed(
            "Debug",
            "Debug Port",
            Register.of16("DebugPort", 2, ro("Offset", 12, 0, Wording.hex(4)), ro("BAR", 15, 13)));

    /** The BAR's number is its place in the header, counted in 4 bytes. */
    static final CapabilityLayout SATA = CapabilityLayout.fixed(
            "SATA",
            "SATA index and data registers",
            Register.of16("SATACap", 2, ro("Minor", 3, 0), ro("Major", 7, 4)),
            Register.of32(
                    "SATARegs",
                    4,
                    ro("BAR", 3, 0, StandardTables::sataBar),
                    ro("Offset", 23, 4, Wording.aligned(2, 4))));

    static final CapabilityLayout ADVANCED_FEATURES = CapabilityLayout.fixed(
            "AF",
            "Advanced Features",
            Register.of8("AFLength", 2, ro("Length", 7, 0)),
            Register.of8("AFCap", 3, ro("TP", 0), ro("FLR", 1)),
            Register.of8("AFCtrl", 4, flag("FLR", 0, RW1S)),
            Register.of8("AFStatus", 5, ro("TP", 0)));

    private static final Wording RATES = value -> {
        StringBuilder text = new StringBuilder();
        for (int bit = 0; bit < 3; bit++) {
            if ((value >> bit & 1) != 0) {
                text.append(text.isEmpty() ? "" : ",").append('x').append(1 << bit);
            }
        }
        return text.isEmpty() ? "none" : text.toString();
    };

    /** In AGP 3.0 mode the rates are four times what is shown. */
    static final CapabilityLayout AGP = CapabilityLayout.fixed(
            "AGP",
            "Accelerated Graphics Port",
            Register.of8("AGPVersion", 2, ro("Minor", 3, 0), ro("Major", 7, 4)),
            Register.of32(
                    "AGPStatus",
                    4,
                    ro("Rate", 2, 0, RATES),
                    ro("AGP3", 3),
                    ro("FW", 4),
                    ro("64bit", 5),
                    ro("HTrans", 6),
                    ro("GART64", 7),
                    ro("ITACoh", 8),
                    ro("SBA", 9),
                    ro("Cal", 12, 10),
                    ro("ArqSz", 15, 13),
                    ro("Iso", 16),
                    ro("RQ", 31, 24, Wording.plusOne())),
            Register.of32(
                    "AGPCommand",
                    8,
                    rw("Rate", 2, 0, RATES),
                    rw("FW", 4),
                    rw("64bit", 5),
                    rw("GART64", 7),
                    rw("AGP", 8),
                    rw("SBA", 9),
                    rw("Cal", 12, 10),
                    rw("ArqSz", 15, 13),
                    rw("RQ", 31, 24, Wording.plusOne())));

    private static final Wording READ_BYTES = Wording.shifted(512, "");
    private static final Wording SPLITS = Wording.choice("1", "2", "3", "4", "8", "12", "16", "32");

    private static final Register[] PCIX_ENDPOINT = {
        Register.of16(
                "PCIXCommand", 2, rw("DPERE", 0), rw("ERO", 1), rw("RBC", 3, 2, READ_BYTES), rw("OST", 6, 4, SPLITS)),
        Register.of32(
                "PCIXStatus",
                4,
                ro("Dev", 15, 0, Wording.ROUTING_ID),
                ro("64bit", 16),
                ro("133MHz", 17),
                rw1c("SCD", 18),
                rw1c("USC", 19),
                ro("DC", 20, 20, Wording.choice("simple", "bridge")),
                ro("DMMRBC", 22, 21, READ_BYTES),
                ro("DMOST", 25, 23, SPLITS),
                ro("DMCRS", 28, 26, Wording.shifted(8, "")),
                rw1c("RSCEM", 29),
                ro("266MHz", 30),
                ro("533MHz", 31)),
    };

    private static final Register[] PCIX_BRIDGE = {
        Register.of16(
                "PCIXSecStatus",
                2,
                ro("64bit", 0),
                ro("133MHz", 1),
                rw1c("SCD", 2),
                rw1c("USC", 3),
                rw1c("SCO", 4),
                rw1c("SRD", 5),
                ro("Freq", 8, 6, Wording.choice("conv", "66MHz", "100MHz", "133MHz"))),
        Register.of32(
                "PCIXStatus",
                4,
                ro("Dev", 15, 0, Wording.ROUTING_ID),
                ro("64bit", 16),
                ro("133MHz", 17),
                rw1c("SCD", 18),
                rw1c("USC", 19),
                rw1c("SCO", 20),
                rw1c("SRD", 21)),
        splits("Upstream", 8),
        splits("Downstream", 12),
    };

    static final CapabilityLayout PCIX = new CapabilityLayout(
            "PCI-X",
            "PCI-X",
            at -> at.addAll(at.function().headerLayout() == PciRegisters.HEADER_BRIDGE ? PCIX_BRIDGE : PCIX_ENDPOINT));

    private StandardTables() {}

    private static Register splits(String name, int offset) {
        return Register.of32(name, offset, ro("Capacity", 15, 0), rw("CommitmentLimit", 31, 16));
    }

    private static String sataBar(long value) {
        return value >= 4 && value <= 9 ? "BAR" + (value - 4) : value == 0xf ? "config space" : "[" + value + "]";
    }
}
