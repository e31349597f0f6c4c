// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci.config;

import static io.jvfio.pci.config.FieldAccess.HWINIT;
import static io.jvfio.pci.config.FieldAccess.RW1C;
import static io.jvfio.pci.config.FieldAccess.RW1S;
import static io.jvfio.pci.config.RegisterField.field;
import static io.jvfio.pci.config.RegisterField.flag;
import static io.jvfio.pci.config.RegisterField.ro;
import static io.jvfio.pci.config.RegisterField.rw;

/**
 * Virtual channels of a port and of a multi-function device, and what a root complex says of itself.
 *
 * <p>Sources: PCIe 6.0, 7.9.1, 7.9.2, 7.9.7 to 7.9.10; PCIe 6.2, 7.9.29.
 */
final class ChannelTables {
    private static final RegisterField EXTENDED_COUNT = ro("EVCCount", 2, 0);
    private static final Wording PORT_ARBITERS = Wording.choice("Fixed", "WRR32", "WRR64", "WRR128");
    private static final Wording ARBITERS = Wording.choice("Fixed", "WRR32", "WRR64", "WRR128", "TWRR128", "WRR256");

    /** How much of the shared flow control credits a channel may use. */
    private static final Wording LIMITS = Wording.choice("0%", "12.5%", "25%", "37.5%", "50%", "62.5%", "75%", "87.5%");

    private static final RegisterField TABLE = ro("TableOffset", 31, 24, Wording.hex(2));

    private static final Register[] PORT = {
        Register.of32("VCArb", 0x08, ro("Fixed", 0), ro("WRR32", 1), ro("WRR64", 2), ro("WRR128", 3), TABLE),
        Register.of16("VCCtl", 0x0c, flag("LoadTable", 0, RW1S), rw("ArbSelect", 3, 1, PORT_ARBITERS)),
        Register.of16("VCSta", 0x0e, ro("InProgress", 0)),
    };

    private static final Register RESOURCE_CAP = Register.of32(
            "Cap",
            0,
            ro("Fixed", 0),
            ro("WRR32", 1),
            ro("WRR64", 2),
            ro("WRR128", 3),
            ro("TWRR128", 4),
            ro("WRR256", 5),
            ro("RejSnoopTrans", 15),
            field("MaxTimeSlots", 22, 16, HWINIT, Wording.plusOne()),
            ro("PATOffset", 31, 24, Wording.hex(2)));
    private static final Register RESOURCE_CTL = Register.of32(
            "Ctl",
            0,
            rw("TC/VC", 7, 0, Wording.hex(2)),
            flag("LoadTable", 16, RW1S),
            rw("ArbSelect", 19, 17, ARBITERS),
            rw("ID", 26, 24),
            rw("UsageLimit", 29, 27, LIMITS),
            rw("UsageLimitEn", 30),
            rw("Enable", 31));
    private static final Register RESOURCE_STA = Register.of16("Sta", 0, ro("InProgress", 0), ro("NegoPending", 1));

    private static final int RESOURCES = 0x10;
    private static final int RESOURCE_SIZE = 0x0c;

    static final CapabilityLayout PORT_CHANNELS =
            new CapabilityLayout("VC", "Virtual Channel", at -> channels(at, "PATEntryBits"));
    static final CapabilityLayout FUNCTION_CHANNELS =
            new CapabilityLayout("MFVC", "Multi-Function Virtual Channel", at -> channels(at, "FATEntryBits"));

    private static final RegisterField STREAMLINED_COUNT = field("EVCCount", 2, 0, HWINIT, Wording.NUMBER);
    private static final Register STREAMLINED_CAP = Register.of32(
            "Cap",
            0,
            field("Protocols", 11, 8, HWINIT, Wording.choice("VC0", "VC0 restricted", "UIO", "UIO or VC0 restricted")),
            field("ID", 14, 12, HWINIT, Wording.NUMBER));
    private static final Register STREAMLINED_CTL = Register.of32(
            "Ctl",
            0,
            rw("TC/VC", 7, 0, Wording.hex(2)),
            rw("Protocol", 11, 8, Wording.choice("VC0", "VC0 restricted", "UIO")),
            rw("UsageLimit", 29, 27, LIMITS),
            rw("UsageLimitEn", 30),
            rw("Enable", 31));
    private static final Register STREAMLINED_STA = Register.of32("Sta", 0, ro("NegoPending", 1));
    private static final int STREAMLINED = 0x14;

    static final CapabilityLayout STREAMLINED_CHANNELS =
            new CapabilityLayout("SVC", "Streamlined Virtual Channel", ChannelTables::streamlined);

    static final CapabilityLayout REGISTER_BLOCK = CapabilityLayout.fixed(
            "RCRB",
            "Root Complex Register Block Header",
            Register.of16("VendorID", 0x04, ro("ID", 15, 0, Wording.hex(4))),
            Register.of16("DeviceID", 0x06, ro("ID", 15, 0, Wording.hex(4))),
            Register.of32("RCRBCap", 0x08, ro("RRSVisible", 0)),
            Register.of32("RCRBCtl", 0x0c, rw("RRSVisible", 0)));

    private static final RegisterField LINKS = ro("NumLinks", 15, 8);
    private static final Wording ID = Wording.hex(2);
    private static final Register ELEMENT = Register.of32(
            "Desc",
            0x04,
            ro("EltType", 3, 0, Wording.choice("Config", "Egress", "Internal")),
            LINKS,
            ro("ComponentID", 23, 16, ID),
            ro("PortNumber", 31, 24, ID));
    private static final Register LINK_DESCRIPTION = Register.of32(
            "Desc",
            0,
            ro("LinkValid", 0),
            ro("LinkType", 1, 1, Wording.choice("MemMapped", "Config")),
            ro("AssocRCRB", 2),
            ro("TargetComponent", 23, 16, ID),
            ro("TargetPort", 31, 24, ID));
    private static final int FIRST_LINK = 0x10;
    private static final int LINK_SIZE = 0x10;

    static final CapabilityLayout LINK_DECLARATION =
            new CapabilityLayout("RCLINK", "Root Complex Link Declaration", ChannelTables::links);

    static final CapabilityLayout LINK_CONTROL = CapabilityLayout.fixed(
            "RCILINK",
            "Root Complex Internal Link Control",
            Register.of32(
                    "RCLnkCap",
                    0x04,
                    ro("Speed", 3, 0, ExpressTables.SPEED),
                    ro("Width", 9, 4, ExpressTables.WIDTH),
                    ro("ASPM", 11, 10, ExpressTables.ASPM),
                    ro("ExitLatencyL0s", 14, 12),
                    ro("ExitLatencyL1", 17, 15)),
            Register.of16("RCLnkCtl", 0x08, rw("ASPM", 1, 0, ExpressTables.ASPM), rw("ExtSynch", 7)),
            Register.of16(
                    "RCLnkSta", 0x0a, ro("Speed", 3, 0, ExpressTables.SPEED), ro("Width", 9, 4, ExpressTables.WIDTH)));

    private static final int WITH_BUSES = 2;

    static final CapabilityLayout EVENT_COLLECTOR =
            new CapabilityLayout("RCEC", "Root Complex Event Collector Endpoint Association", at -> {
                at.add(Register.of32("RCiEPBitmap", 0x04, ro("Devices", 31, 0, Wording.hex(8))));
                if (at.version() >= WITH_BUSES) {
                    at.add(Register.of32("RCECBuses", 0x08, ro("Next", 15, 8, ID), ro("Last", 23, 16, ID)));
                }
            });

    private ChannelTables() {}

    private static void channels(Decoding at, String entry) {
        long cap = at.add(Register.of32(
                "VCCap",
                0x04,
                EXTENDED_COUNT,
                ro("LPEVC", 6, 4),
                ro("RefClk", 9, 8, Wording.choice("100ns")),
                ro(entry, 11, 10, Wording.shifted(1, ""))));
        at.addAll(PORT);
        int count = (int) EXTENDED_COUNT.of(cap) + 1;
        for (int i = 0; i < count && !at.ended(); i++) {
            int offset = RESOURCES + RESOURCE_SIZE * i;
            at.addAll(
                    RESOURCE_CAP.as("VC" + i + "Cap", offset),
                    RESOURCE_CTL.as("VC" + i + "Ctl", offset + 4),
                    RESOURCE_STA.as("VC" + i + "Sta", offset + 10));
        }
    }

    private static void streamlined(Decoding at) {
        int count = (int) STREAMLINED_COUNT.of(at.add(Register.of32("SVCCap1", 0x04, STREAMLINED_COUNT))) + 1;
        at.addAll(
                Register.of32("SVCCap2", 0x08),
                Register.of32("SVCCtl", 0x0c, rw("EnablementCompleted", 0)),
                Register.of32("SVCSta", 0x10, flag("UseVC/MFVC", 0, RW1C)));
        for (int i = 0; i < count && !at.ended(); i++) {
            int offset = STREAMLINED + RESOURCE_SIZE * i;
            at.addAll(
                    STREAMLINED_CAP.as("VC" + i + "Cap", offset),
                    STREAMLINED_CTL.as("VC" + i + "Ctl", offset + 4),
                    STREAMLINED_STA.as("VC" + i + "Sta", offset + 8));
        }
    }

    private static void links(Decoding at) {
        int count = (int) LINKS.of(at.add(ELEMENT));
        for (int i = 0; i < count && !at.ended(); i++) {
            int offset = FIRST_LINK + LINK_SIZE * i;
            at.add(LINK_DESCRIPTION.as("Link" + i + "Desc", offset));
            at.add(Register.of64("Link" + i + "Addr", offset + 8, ro("Address", 63, 0, Wording.hex(16))));
        }
    }
}
