// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci.config;

import static io.jvfio.pci.config.FieldAccess.HWINIT;
import static io.jvfio.pci.config.FieldAccess.RW1C;
import static io.jvfio.pci.config.FieldAccess.RW1S;
import static io.jvfio.pci.config.FieldAccess.RWS;
import static io.jvfio.pci.config.RegisterField.field;
import static io.jvfio.pci.config.RegisterField.flag;
import static io.jvfio.pci.config.RegisterField.ro;
import static io.jvfio.pci.config.RegisterField.rw;

/**
 * What ports have beside their link: readiness messages and times, the hierarchy's id, an enclosure's lamps, the firmware
 * between hot-plug and the operating system, and other protocols on the link.
 *
 * <p>Source: PCIe 6.0, 7.8.10, 7.9.16, 7.9.17, 7.9.19, 7.9.20, 7.9.22 and G.5; for LN requesters, PCIe 5.0.
 */
final class PortTables {
    private static final Wording BYTE = Wording.hex(2);
    private static final Wording WORD = Wording.hex(4);
    private static final Wording LONG = Wording.hex(8);

    static final CapabilityLayout READINESS_QUEUE = CapabilityLayout.fixed(
            "FRS",
            "FRS Queueing",
            Register.of32("FRSCap", 0x04, hwInit("MaxDepth", 11, 0), ro("IntMsgNum", 20, 16)),
            Register.of16("FRSSta", 0x08, flag("Received", 0, RW1C), flag("Overflow", 1, RW1C))
                    .zeroes(),
            Register.of16("FRSCtl", 0x0a, rw("IntEn", 0)),
            Register.of32(
                    "FRSQueue",
                    0x0c,
                    ro("Function", 15, 0, Wording.ROUTING_ID),
                    ro("Reason", 19, 16),
                    ro("Depth", 31, 20)));

    private static final int LARGEST_SCALE = 5;

    /** Nine bits, to be shifted by five bits as often as the next three say. */
    private static String time(long value) {
        long scale = value >> 9;
        return scale <= LARGEST_SCALE ? ((value & 0x1ff) << 5 * scale) + "ns" : "[" + value + "]";
    }

    static final CapabilityLayout READINESS_TIME = CapabilityLayout.fixed(
            "RTR",
            "Readiness Time Reporting",
            Register.of32(
                    "RTR1",
                    0x04,
                    field("ResetTime", 11, 0, HWINIT, PortTables::time),
                    field("DL_UpTime", 23, 12, HWINIT, PortTables::time),
                    flag("Valid", 31, HWINIT)),
            Register.of32(
                    "RTR2",
                    0x08,
                    field("FLRTime", 11, 0, HWINIT, PortTables::time),
                    field("D3hotToD0Time", 23, 12, HWINIT, PortTables::time)));

    static final CapabilityLayout HIERARCHY = CapabilityLayout.fixed(
            "HierarchyID",
            "Hierarchy ID",
            Register.of32(
                            "HierarchyIDSta",
                            0x04,
                            ro("MsgRequester", 15, 0, Wording.ROUTING_ID),
                            rw("Writeable", 28),
                            ro("VFConfigurable", 29),
                            flag("Pending", 30, RW1S),
                            rw("Valid", 31))
                    .zeroes(),
            Register.of32("HierarchyIDData", 0x08, rw("Authority", 7, 0, BYTE), rw("HierarchyID", 31, 16, WORD)),
            Register.of32("GUID1", 0x0c, rw("GUID", 15, 0, WORD)),
            Register.of32("GUID2", 0x10, rw("GUID", 31, 0, LONG)),
            Register.of32("GUID3", 0x14, rw("GUID", 31, 0, LONG)),
            Register.of32("GUID4", 0x18, rw("GUID", 31, 0, LONG)),
            Register.of32("GUID5", 0x1c, rw("GUID", 31, 0, LONG)));

    static final CapabilityLayout ENCLOSURE = CapabilityLayout.fixed(
            "NPEM",
            "Native PCIe Enclosure Management",
            lamps("NPEMCap", 0x04, "Capable", HWINIT, HWINIT),
            lamps("NPEMCtl", 0x08, "En", FieldAccess.RW, RW1S),
            Register.of32("NPEMSta", 0x0c, flag("CmdCompleted", 0, RW1C), field("Enclosure", 31, 24, RW1C, BYTE))
                    .zeroes());

    private static final RegisterField PROTOCOLS = hwInit("Count", 7, 0);
    private static final RegisterField SELECTIVE = flag("SelectiveEnable", 8, HWINIT);
    private static final Register ALTERNATE_CAP = Register.of32("APCap", 0x04, PROTOCOLS, SELECTIVE);
    private static final int FIRST_MASK = 0x14;

    static final CapabilityLayout ALTERNATE = new CapabilityLayout("AP", "Alternate Protocol", at -> {
        long cap = at.add(ALTERNATE_CAP);
        at.addAll(
                Register.of32("APCtl", 0x08, rw("Index", 7, 0), rw("NegotiationEn", 8)),
                Register.of32(
                        "APData1",
                        0x0c,
                        ro("Usage", 2, 0),
                        ro("Details", 15, 5, Wording.hex(3)),
                        ro("VendorID", 31, 16, WORD)),
                Register.of32("APData2", 0x10, ro("ModTsInfo2", 23, 0, Wording.hex(6))));
        int masks = SELECTIVE.isSet(cap) ? ((int) PROTOCOLS.of(cap) + Integer.SIZE - 1) / Integer.SIZE : 0;
        for (int i = 0; i < masks; i++) {
            at.add(Register.of32("APMask" + i, FIRST_MASK + Integer.BYTES * i, field("Protocols", 31, 0, RWS, LONG)));
        }
    });

    /** The data register is left alone: reading it sends a request down the link. */
    static final CapabilityLayout FIRMWARE = new CapabilityLayout("SFI", "System Firmware Intermediary", at -> {
        at.addAll(
                Register.of16("SFICap", 0x04, flag("OOBPD", 0, HWINIT)),
                Register.of16(
                        "SFICtl",
                        0x06,
                        rw("PDMask", 0),
                        rw("DLLMask", 1),
                        rw("OOBPDChangedEn", 2),
                        rw("DLLChangedEn", 3),
                        rw("DPF", 5, 4, Wording.choice("off", "all requests", "configuration requests")),
                        rw("HPSSuppress", 6),
                        rw("DRSMask", 7),
                        rw("DRSSignalingEn", 8),
                        flag("DRSTrigger", 9, RW1S)),
                Register.of16(
                                "SFISta",
                                0x08,
                                ro("PDState", 0),
                                ro("OOBPDState", 1),
                                flag("OOBPDChanged", 2, RW1C),
                                ro("DLLState", 3),
                                flag("DLLChanged", 4, RW1C),
                                flag("DRSReceived", 5, RW1C))
                        .zeroes(),
                Register.of32("SFICAMAddr", 0x0c, rw("Address", 27, 0, Wording.hex(7))));
        at.claim(0x14);
    });

    private static final RegisterField MULTIPLEXED = ro("Protocols", 5, 0);
    private static final Register MULTIPLEXING_CAP = Register.of32(
            "PMUXCap", 0x04, MULTIPLEXED, ro("2.5GT/s", 8), ro("5.0GT/s", 9), ro("8.0GT/s", 10), ro("16.0GT/s", 11));
    private static final int FIRST_PROTOCOL = 0x10;
    private static final int CHANNELS = 4;

    static final CapabilityLayout MULTIPLEXING =
            new CapabilityLayout("PMUX", "Protocol Multiplexing", PortTables::multiplexing);

    private static final Wording REGISTRATIONS = Wording.shifted(1, "");

    static final CapabilityLayout LIGHTWEIGHT = CapabilityLayout.fixed(
            "LNR",
            "LN Requester",
            Register.of16(
                    "LNRCap", 0x04, ro("LNR-64", 0), ro("LNR-128", 1), ro("RegistrationMax", 12, 8, REGISTRATIONS)),
            Register.of16(
                    "LNRCtl",
                    0x06,
                    rw("En", 0),
                    rw("CLS", 1, 1, Wording.choice("64 bytes", "128 bytes")),
                    rw("RegistrationLimit", 12, 8, REGISTRATIONS)));

    private PortTables() {}

    private static RegisterField hwInit(String name, int high, int low) {
        return field(name, high, low, HWINIT, Wording.NUMBER);
    }

    private static Register lamps(String name, int offset, String first, FieldAccess access, FieldAccess reset) {
        return Register.of32(
                name,
                offset,
                flag(first, 0, access),
                flag("Reset", 1, reset),
                flag("OK", 2, access),
                flag("Locate", 3, access),
                flag("Fail", 4, access),
                flag("Rebuild", 5, access),
                flag("PFA", 6, access),
                flag("HotSpare", 7, access),
                flag("CriticalArray", 8, access),
                flag("FailedArray", 9, access),
                flag("InvalidDevice", 10, access),
                flag("Disabled", 11, access),
                field("Enclosure", 31, 24, access, BYTE));
    }

    private static void multiplexing(Decoding at) {
        int protocols = (int) MULTIPLEXED.of(at.add(MULTIPLEXING_CAP));
        RegisterField[] assigned = new RegisterField[CHANNELS];
        RegisterField[] disabled = new RegisterField[3 * CHANNELS];
        for (int channel = 0; channel < CHANNELS; channel++) {
            int bit = Byte.SIZE * channel;
            assigned[channel] = rw("Channel" + channel, bit + 5, bit);
            disabled[3 * channel] = ro("Channel" + channel + "Speed", bit);
            disabled[3 * channel + 1] = ro("Channel" + channel + "Width", bit + 1);
            disabled[3 * channel + 2] = ro("Channel" + channel + "Protocol", bit + 2);
        }
        at.addAll(Register.of32("PMUXCtl", 0x08, assigned), Register.of32("PMUXSta", 0x0c, disabled));
        for (int i = 0; i < protocols && !at.ended(); i++) {
            at.add(Register.of32(
                    "PMUXProtocol" + (i + 1),
                    FIRST_PROTOCOL + Integer.BYTES * i,
                    ro("Protocol", 15, 0, WORD),
                    ro("Authority", 31, 16, WORD)));
        }
    }
}
