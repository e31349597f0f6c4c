// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci.config;

import static io.jvfio.pci.config.FieldAccess.HWINIT;
import static io.jvfio.pci.config.FieldAccess.ROS;
import static io.jvfio.pci.config.FieldAccess.RW1C;
import static io.jvfio.pci.config.FieldAccess.RW1CS;
import static io.jvfio.pci.config.FieldAccess.RW1S;
import static io.jvfio.pci.config.FieldAccess.RWS;
import static io.jvfio.pci.config.RegisterField.field;
import static io.jvfio.pci.config.RegisterField.flag;
import static io.jvfio.pci.config.RegisterField.ro;
import static io.jvfio.pci.config.RegisterField.rw;

/**
 * Flits: what is logged of their errors, how long they take, and errors made on purpose.
 *
 * <p>Source: PCIe 6.0, 7.7.8, 7.8.12 and 7.8.13.
 */
final class FlitTables {
    private static final Wording WIDTH = Wording.choice("x1", "x2", "x4", "x8", "x16");
    private static final Wording BYTE = Wording.hex(2);
    private static final Wording STATUS = Wording.choice("not started", "started", "completed", "error");

    private static final int LANE_COUNTERS = 0x1c;
    private static final int LANES = 16;

    static final CapabilityLayout LOG = new CapabilityLayout("FlitLog", "Flit Logging", FlitTables::log);

    private static final RegisterField TRACKED = field("LTSSMRegisters", 12, 10, HWINIT, Wording.NUMBER);
    private static final Register PERFORMANCE_CAP =
            Register.of32("FlitPerfCap", 0x04, field("IntMsgNum", 9, 0, HWINIT, Wording.NUMBER), TRACKED);
    private static final Register PERFORMANCE_CTL = Register.of32(
            "FlitPerfCtl",
            0x08,
            rw("En", 0),
            rw("FlitToAck", 1),
            rw("FlitToNak", 2),
            rw("NakToReplay", 3),
            rw("FlitType", 5, 4, Wording.choice("IDLE or NOP", "payload", "any")),
            rw("Instances", 10, 6),
            rw("IntDelay", 13, 11, Wording.choice("off", "100ns", "200ns", "300ns")),
            rw("L0ToRecovery", 14),
            rw("L0pUpsize", 15),
            rw("L1.0ToL0", 16),
            rw("L1.1ToL0", 17),
            rw("L1.2ToL0", 18),
            rw("LTSSMInstances", 23, 19),
            rw("LTSSMIntDelay", 26, 24, Wording.choice("off", "6.4ms", "12.8ms", "19.2ms")),
            rw("L1SubIntDelay", 29, 27, Wording.choice("off", "1s", "2s", "3s", "4s", "5s", "10s")));
    private static final Register PERFORMANCE_STA = Register.of32(
                    "FlitPerfSta",
                    0x0c,
                    ro("Status", 1, 0, STATUS),
                    ro("Tracked", 6, 2),
                    flag("IntGenerated", 7, RW1C),
                    ro("Counter", 23, 8))
            .zeroes();
    private static final Register TRACKING_STA = Register.of32(
                    "LTSSMPerfSta",
                    0,
                    field("Status", 1, 0, ROS, STATUS),
                    field("Tracked", 6, 2, ROS, Wording.NUMBER),
                    flag("IntGenerated", 7, RW1CS),
                    field("Counter", 23, 8, ROS, Wording.NUMBER))
            .zeroes();
    private static final int FIRST_TRACKED = 0x10;
    private static final int MOST_TRACKED = 5;

    static final CapabilityLayout PERFORMANCE =
            new CapabilityLayout("FlitPerf", "Flit Performance Measurement", FlitTables::performance);

    static final CapabilityLayout INJECTION = CapabilityLayout.fixed(
            "FlitInject",
            "Flit Error Injection",
            Register.of32("FlitEiCap", 0x04),
            Register.of32(
                    "FlitEiCtl1",
                    0x08,
                    rw("En", 0),
                    rw("Tx", 1),
                    rw("Rx", 2),
                    rw("2.5GT/s", 3),
                    rw("5.0GT/s", 4),
                    rw("8.0GT/s", 5),
                    rw("16.0GT/s", 6),
                    rw("32.0GT/s", 7),
                    rw("64.0GT/s", 8),
                    rw("Errors", 20, 16),
                    rw("Spacing", 28, 21),
                    rw(
                            "FlitType",
                            31,
                            29,
                            Wording.choice(
                                    "any",
                                    "not IDLE",
                                    "payload",
                                    "NOP",
                                    "IDLE",
                                    "payload and its replays",
                                    "payload and one replayed"))),
            Register.of32(
                    "FlitEiCtl2",
                    0x0c,
                    rw("Consecutive", 2, 0, Wording.choice("none", "1", "2", "3", "4", "5", "6", "random")),
                    rw(
                            "Type",
                            4,
                            3,
                            Wording.choice(
                                    "random",
                                    "correctable in one group",
                                    "correctable in all groups",
                                    "uncorrectable")),
                    rw("Offset", 11, 5),
                    rw("Magnitude", 19, 12, BYTE)),
            Register.of32("FlitEiSta", 0x10, ro("Tx", 1, 0, STATUS), ro("Rx", 3, 2, STATUS))
                    .zeroes(),
            Register.of32(
                    "FlitEiOsCtl1",
                    0x14,
                    flag("En", 0, RWS),
                    flag("Tx", 1, RWS),
                    flag("Rx", 2, RWS),
                    field("Errors", 7, 3, RWS, Wording.NUMBER),
                    field("Spacing", 15, 8, RWS, Wording.NUMBER),
                    flag("TS0", 16, RWS),
                    flag("TS1", 17, RWS),
                    flag("TS2", 18, RWS),
                    flag("SKP", 19, RWS),
                    flag("EIEOS", 20, RWS),
                    flag("EIOS", 21, RWS),
                    flag("SDS", 22, RWS),
                    flag("Poll", 23, RWS),
                    flag("Conf", 24, RWS),
                    flag("L0", 25, RWS),
                    flag("NoEq", 26, RWS),
                    flag("Eq01", 27, RWS),
                    flag("Eq2", 28, RWS),
                    flag("Eq3", 29, RWS)),
            Register.of32(
                    "FlitEiOsCtl2",
                    0x18,
                    field("Bytes", 15, 0, RWS, Wording.hex(4)),
                    field("Lanes", 31, 16, RWS, Wording.hex(4))),
            orderedSets("FlitEiOsTx", 0x1c),
            orderedSets("FlitEiOsRx", 0x20));

    private FlitTables() {}

    private static void log(Decoding at) {
        at.addAll(
                Register.of32(
                                "FlitErrLog1",
                                0x04,
                                flag("Valid", 0, RW1CS),
                                field("LinkWidth", 3, 1, ROS, WIDTH),
                                field("FlitOffset", 7, 4, ROS, Wording.NUMBER),
                                field("Consecutive", 12, 8, ROS, BYTE),
                                flag("MoreEntries", 13, ROS),
                                flag("UnrecognizedFlit", 14, ROS),
                                flag("FECUncorrectable", 15, ROS),
                                field("SyndParityGrp0", 23, 16, ROS, BYTE),
                                field("SyndCheckGrp0", 31, 24, ROS, BYTE))
                        .zeroes(),
                Register.of32(
                        "FlitErrLog2",
                        0x08,
                        field("SyndParityGrp1", 7, 0, ROS, BYTE),
                        field("SyndCheckGrp1", 15, 8, ROS, BYTE),
                        field("SyndParityGrp2", 23, 16, ROS, BYTE),
                        field("SyndCheckGrp2", 31, 24, ROS, BYTE)),
                Register.of16(
                        "FlitErrCntCtl",
                        0x0c,
                        rw("En", 0),
                        rw("IntEn", 1),
                        rw(
                                "Events",
                                3,
                                2,
                                Wording.choice("flits and framing", "correctable flits", "invalid flits", "all")),
                        rw("TriggerCount", 11, 4)),
                Register.of16(
                                "FlitErrCntSta",
                                0x0e,
                                field("LinkWidth", 2, 0, ROS, WIDTH),
                                flag("IntGenerated", 3, RW1CS),
                                field("Errors", 15, 8, ROS, Wording.NUMBER))
                        .zeroes(),
                Register.of32(
                        "FBERMeasCtl",
                        0x10,
                        rw("En", 0),
                        flag("ClearCounters", 1, RW1S),
                        rw("Granularity", 3, 2, Wording.choice("all", "even", "odd", "SKP mismatch")),
                        rw("LongestBurst", 4)),
                Register.of32("FBERMeasSta1", 0x14, field("FlitCounter", 31, 0, ROS, Wording.NUMBER)),
                Register.of32("FBERMeasSta2", 0x18, field("InvalidFlits", 15, 0, ROS, Wording.NUMBER)));
        for (int lane = 0; lane < LANES; lane++) {
            at.add(Register.of16("FBERLane" + lane, LANE_COUNTERS + Short.BYTES * lane, ro("Errors", 15, 0)));
        }
    }

    private static void performance(Decoding at) {
        int tracked = (int) TRACKED.of(at.add(PERFORMANCE_CAP));
        at.addAll(PERFORMANCE_CTL, PERFORMANCE_STA);
        if (tracked > MOST_TRACKED) {
            at.report(
                    ConfigFinding.Kind.IMPLAUSIBLE, tracked + " registers for LTSSM transitions, of which there are 5");
            tracked = MOST_TRACKED;
        }
        for (int i = 0; i < tracked; i++) {
            at.add(TRACKING_STA.as("LTSSMPerfSta" + i, FIRST_TRACKED + Integer.BYTES * i));
        }
    }

    private static Register orderedSets(String name, int offset) {
        String[] kinds = {
            "TS0", "TS1", "TS2", "SKP", "EIEOS", "EIOS", "SDS", "Poll", "Conf", "L0", "NoEq", "Eq01", "Eq2", "Eq3"
        };
        RegisterField[] fields = new RegisterField[kinds.length];
        for (int i = 0; i < kinds.length; i++) {
            fields[i] = field(kinds[i], 2 * i + 1, 2 * i, ROS, STATUS);
        }
        return Register.of32(name, offset, fields);
    }
}
