// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci.config;

import static io.jvfio.pci.config.FieldAccess.RW1C;
import static io.jvfio.pci.config.FieldAccess.RW1S;
import static io.jvfio.pci.config.RegisterField.flag;
import static io.jvfio.pci.config.RegisterField.ro;
import static io.jvfio.pci.config.RegisterField.rw;

import java.util.Locale;

/**
 * The serial number, the third generation of device registers, data object exchange and encryption.
 *
 * <p>Source: PCIe 6.0, 7.9.3, 7.7.9, 7.9.24 and 7.9.26.
 */
final class DeviceTables {
    static final CapabilityLayout SERIAL = CapabilityLayout.fixed(
            "DSN",
            "Device Serial Number",
            Register.of64("SerialNumber", 0x04, ro("Number", 63, 0, DeviceTables::serial)));

    private static final Wording EXIT =
            Wording.choice("<1us", "<2us", "<4us", "<8us", "<16us", "<32us", "32us-64us", ">64us");
    private static final Wording LINK_WIDTH = Wording.choice("x1", "x2", "x4", "x8", "x16", "", "", "Dynamic");

    static final CapabilityLayout DEVICE_3 = CapabilityLayout.fixed(
            "Dev3",
            "Device 3",
            Register.of32(
                    "DevCap3",
                    0x04,
                    ro("DMWrRequestRouting", 0),
                    ro("14BitTagCompleter", 1),
                    ro("14BitTagRequester", 2),
                    ro("L0p", 3),
                    ro("PortL0pExitLatency", 6, 4, EXIT),
                    ro("RetimerL0pExitLatency", 9, 7, EXIT),
                    ro("UIOMemRdWrCompleter", 10),
                    ro("UIOMemRdWrRequester", 11),
                    ro("OHC-E", 14, 12)),
            Register.of32(
                    "DevCtl3",
                    0x08,
                    rw("DMWrRequester", 0),
                    rw("DMWrEgressBlocking", 1),
                    rw("14BitTagRequester", 2),
                    rw("L0p", 3),
                    rw("TargetLinkWidth", 6, 4, LINK_WIDTH),
                    rw("UIOMemRdWrRequester", 7),
                    rw("UIORequest256BBoundaryDis", 8)),
            Register.of32(
                    "DevSta3",
                    0x0c,
                    ro("InitialLinkWidth", 2, 0, LINK_WIDTH),
                    ro("SegmentCaptured", 3),
                    ro("RemoteL0p", 4)));

    /** The mailboxes are left alone. */
    static final CapabilityLayout EXCHANGE = new CapabilityLayout("DOE", "Data Object Exchange", at -> {
        at.addAll(
                Register.of32(
                        "DOECap",
                        0x04,
                        ro("IntSup", 0),
                        ro("IntMsgNum", 11, 1),
                        ro("AttentionMech", 12),
                        ro("AsyncMsg", 13)),
                Register.of32(
                        "DOECtl",
                        0x08,
                        flag("Abort", 0, RW1S),
                        rw("IntEn", 1),
                        rw("AttentionNotNeeded", 2),
                        rw("AsyncMsgEn", 3),
                        flag("Go", 31, RW1S)),
                Register.of32(
                                "DOESta",
                                0x0c,
                                ro("Busy", 0),
                                flag("IntSta", 1, RW1C),
                                ro("Error", 2),
                                ro("AsyncMsg", 3),
                                ro("AtAttention", 30),
                                ro("ObjectReady", 31))
                        .zeroes());
        at.claim(0x18);
    });

    private static final RegisterField LINK_STREAMS = ro("LinkIDE", 0);
    private static final RegisterField SELECTIVE_STREAMS = ro("SelectiveIDE", 1);
    private static final RegisterField LINK_COUNT = ro("TCs", 15, 13, Wording.plusOne());
    private static final RegisterField SELECTIVE_COUNT = ro("Streams", 23, 16, Wording.plusOne());
    private static final RegisterField ASSOCIATIONS = ro("Addresses", 3, 0);

    private static final Wording ALGORITHM = Wording.choice("AES-GCM-256-96b");
    private static final Wording AGGREGATION = Wording.choice("-", "2", "4", "8");
    private static final Wording ENCRYPTED = Wording.choice("no", "17:2", "25:2", "33:2", "41:2");
    private static final Wording STATE = Wording.choice("insecure", "", "secure");

    private static final Register ENCRYPTION_CAP = Register.of32(
            "IDECap",
            0x04,
            LINK_STREAMS,
            SELECTIVE_STREAMS,
            ro("FlowThru", 2),
            ro("PartHdr", 3),
            ro("Aggr", 4),
            ro("PCRC", 5),
            ro("IDE_KM", 6),
            ro("SelCfg", 7),
            ro("Alg", 12, 8, ALGORITHM),
            LINK_COUNT,
            SELECTIVE_COUNT,
            ro("TeeLim", 24));

    private static final Register LINK_CONTROL = Register.of32(
            "Ctl",
            0,
            rw("En", 0),
            rw("NPR", 3, 2, AGGREGATION),
            rw("PR", 5, 4, AGGREGATION),
            rw("CPL", 7, 6, AGGREGATION),
            rw("PCRC", 8),
            rw("HdrEnc", 13, 10, ENCRYPTED),
            rw("Alg", 18, 14, ALGORITHM),
            rw("TC", 21, 19),
            rw("ID", 31, 24));
    private static final Register STREAM_CONTROL = Register.of32(
            "Ctl",
            0,
            rw("En", 0),
            rw("NPR", 3, 2, AGGREGATION),
            rw("PR", 5, 4, AGGREGATION),
            rw("CPL", 7, 6, AGGREGATION),
            rw("PCRC", 8),
            rw("CFG", 9),
            rw("HdrEnc", 13, 10, ENCRYPTED),
            rw("Alg", 18, 14, ALGORITHM),
            rw("TC", 21, 19),
            rw("Default", 22),
            rw("TeeLim", 23),
            rw("ID", 31, 24));
    private static final Register STREAM_STATUS = Register.of32(
                    "Sta", 0, ro("State", 3, 0, STATE), flag("RecvChkFail", 31, RW1C))
            .zeroes();

    static final CapabilityLayout ENCRYPTION =
            new CapabilityLayout("IDE", "Integrity and Data Encryption", DeviceTables::encryption);

    private static final int FIRST_STREAM = 0x0c;

    private DeviceTables() {}

    private static void encryption(Decoding at) {
        long cap = at.add(ENCRYPTION_CAP);
        at.add(Register.of32("IDECtl", 0x08, rw("FTEn", 2)));
        int offset = FIRST_STREAM;
        int links = LINK_STREAMS.isSet(cap) ? (int) LINK_COUNT.of(cap) + 1 : 0;
        for (int i = 0; i < links; i++) {
            at.add(LINK_CONTROL.as("LinkIDE" + i + "Ctl", offset));
            at.add(STREAM_STATUS.as("LinkIDE" + i + "Sta", offset + 4));
            offset += 8;
        }
        int streams = SELECTIVE_STREAMS.isSet(cap) ? (int) SELECTIVE_COUNT.of(cap) + 1 : 0;
        for (int i = 0; i < streams && !at.ended(); i++) {
            offset = selective(at, "SelectiveIDE" + i, offset);
        }
    }

    /** One stream; where it ends. */
    private static int selective(Decoding at, String name, int offset) {
        int blocks = (int) ASSOCIATIONS.of(at.add(Register.of32(name + "Cap", offset, ASSOCIATIONS)));
        at.add(STREAM_CONTROL.as(name + "Ctl", offset + 4));
        at.add(STREAM_STATUS.as(name + "Sta", offset + 8));
        at.add(Register.of32(name + "RID1", offset + 12, rw("Limit", 23, 8, Wording.hex(4))));
        at.add(Register.of32(
                name + "RID2",
                offset + 16,
                rw("Valid", 0),
                rw("Base", 23, 8, Wording.hex(4)),
                rw("SegBase", 31, 24, Wording.hex(2))));
        int next = offset + 20;
        for (int i = 0; i < blocks; i++) {
            String block = name + "Addr" + i;
            at.add(Register.of32(
                    block,
                    next,
                    rw("Valid", 0),
                    rw("Base", 19, 8, Wording.aligned(20, 8)),
                    rw("Limit", 31, 20, Wording.aligned(20, 8))));
            at.add(Register.of32(block + "LimitUpper", next + 4, rw("Limit", 31, 0, Wording.hex(8))));
            at.add(Register.of32(block + "BaseUpper", next + 8, rw("Base", 31, 0, Wording.hex(8))));
            next += 12;
        }
        return next;
    }

    /** Pairs of digits, the highest first. */
    private static String serial(long value) {
        StringBuilder text = new StringBuilder();
        for (int shift = Long.SIZE - Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
            text.append(text.isEmpty() ? "" : "-").append(String.format(Locale.ROOT, "%02x", value >>> shift & 0xff));
        }
        return text.toString();
    }
}
