// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci.config;

import static io.jvfio.pci.config.FieldAccess.HWINIT;
import static io.jvfio.pci.config.FieldAccess.RO;
import static io.jvfio.pci.config.FieldAccess.RW;
import static io.jvfio.pci.config.FieldAccess.RW1C;
import static io.jvfio.pci.config.FieldAccess.RW1S;
import static io.jvfio.pci.config.FieldAccess.RWS;
import static io.jvfio.pci.config.RegisterField.field;
import static io.jvfio.pci.config.RegisterField.flag;
import static io.jvfio.pci.config.RegisterField.ro;
import static io.jvfio.pci.config.RegisterField.rw;
import static io.jvfio.pci.config.RegisterField.rw1c;

import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * The PCIe capability: device, link, slot and root registers, and their second generation.
 *
 * <p>Source: PCIe 6.0, 7.5.3.
 */
final class ExpressTables {
    private static final int ENDPOINT = 0;
    private static final int LEGACY = 1;
    private static final int ROOT_PORT = 4;
    private static final int DOWNSTREAM = 6;
    private static final int EXPRESS_TO_PCI = 7;
    private static final int PCI_TO_EXPRESS = 8;
    private static final int INTEGRATED = 9;
    private static final int EVENT_COLLECTOR = 10;

    private static final Set<Integer> WITHOUT_LINK = Set.of(INTEGRATED, EVENT_COLLECTOR);
    private static final Set<Integer> LEADS_DOWN = Set.of(ROOT_PORT, DOWNSTREAM, PCI_TO_EXPRESS);
    private static final Set<Integer> WITH_ROOT = Set.of(ROOT_PORT, EVENT_COLLECTOR);

    private static final RegisterField VERSION = ro("Version", 3, 0);
    private static final RegisterField TYPE = ro(
            "Type",
            7,
            4,
            Wording.choice(
                    "Endpoint",
                    "Legacy Endpoint",
                    "",
                    "",
                    "Root Port",
                    "Upstream Port",
                    "Downstream Port",
                    "PCI-Express to PCI/PCI-X Bridge",
                    "PCI/PCI-X to PCI-Express Bridge",
                    "Root Complex Integrated Endpoint",
                    "Root Complex Event Collector"));
    private static final RegisterField SLOT = flag("Slot", 8, HWINIT);

    private static final Register EXPRESS =
            Register.of16("ExpCap", 0x02, VERSION, TYPE, SLOT, ro("IntMsgNum", 13, 9), ro("FlitMode", 15));

    private static final Wording PAYLOAD = Wording.shifted(128, " bytes");
    private static final Wording L0S =
            Wording.choice("<64ns", "<128ns", "<256ns", "<512ns", "<1us", "<2us", "<4us", "unlimited");
    private static final Wording L1 =
            Wording.choice("<1us", "<2us", "<4us", "<8us", "<16us", "<32us", "<64us", "unlimited");
    static final Wording SPEED =
            Wording.choice("unknown", "2.5GT/s", "5GT/s", "8GT/s", "16GT/s", "32GT/s", "64GT/s", "128GT/s");
    static final Wording WIDTH = value -> "x" + value;
    static final Wording ASPM = Wording.choice("not supported", "L0s", "L1", "L0s L1");

    private static final RegisterField RESETS = ro("FLReset", 28);
    private static final Register DEVICE_CAP = Register.of32(
            "DevCap",
            0x04,
            ro("MaxPayload", 2, 0, PAYLOAD),
            ro("PhantFunc", 4, 3, value -> Long.toString((1L << value) - 1)),
            ro("ExtTag", 5),
            ro("LatencyL0s", 8, 6, L0S),
            ro("LatencyL1", 11, 9, L1),
            ro("AttnBtn", 12),
            ro("AttnInd", 13),
            ro("PwrInd", 14),
            ro("RBE", 15),
            ro("ErrCORSubclass", 16),
            ro("PowerLimitValue", 25, 18),
            ro("PowerLimitScale", 27, 26, Wording.choice("1W", "0.1W", "0.01W", "0.001W")),
            RESETS,
            ro("MixedMPS", 29),
            ro("TEE-IO", 30));

    private static final RegisterField[] DEVICE_CTL = {
        rw("CorrErr", 0),
        rw("NonFatalErr", 1),
        rw("FatalErr", 2),
        rw("UnsupReq", 3),
        rw("RlxdOrd", 4),
        rw("MaxPayload", 7, 5, PAYLOAD),
        rw("ExtTag", 8),
        rw("PhantFunc", 9),
        flag("AuxPwr", 10, RWS),
        rw("NoSnoop", 11),
        rw("MaxReadReq", 14, 12, PAYLOAD),
    };

    /** Bit 15 starts a reset of an endpoint, and is something else on a bridge to PCI. */
    private static final Register ENDPOINT_CTL = deviceControl(flag("FLReset", 15, RW1S));

    private static final Register BRIDGE_CTL = deviceControl(rw("BrConfRtry", 15));
    private static final Register PORT_CTL = Register.of16("DevCtl", 0x08, DEVICE_CTL);

    private static final Register DEVICE_STA = Register.of16(
                    "DevSta",
                    0x0a,
                    rw1c("CorrErr", 0),
                    rw1c("NonFatalErr", 1),
                    rw1c("FatalErr", 2),
                    rw1c("UnsupReq", 3),
                    ro("AuxPwr", 4),
                    ro("TransPend", 5),
                    rw1c("EmergencyPowerReduction", 6))
            .zeroes();

    /** Of a port whose link leads down; others have as reserved what only it can do with the link. */
    private static final List<Register> LINK_DOWN = link(RW, RW1S, RW1C);

    private static final List<Register> LINK_UP = link(RO, RO, RO);

    private static final Wording INDICATOR = Wording.choice("Unknown", "On", "Blink", "Off");

    private static final Register[] SLOT_REGISTERS = {
        Register.of32(
                "SltCap",
                0x14,
                flag("AttnBtn", 0, HWINIT),
                flag("PwrCtrl", 1, HWINIT),
                flag("MRL", 2, HWINIT),
                flag("AttnInd", 3, HWINIT),
                flag("PwrInd", 4, HWINIT),
                flag("Surprise", 5, HWINIT),
                flag("HotPlug", 6, HWINIT),
                field("PowerLimitValue", 14, 7, HWINIT, Wording.NUMBER),
                field("PowerLimitScale", 16, 15, HWINIT, Wording.choice("1W", "0.1W", "0.01W", "0.001W")),
                flag("Interlock", 17, HWINIT),
                flag("NoCompl", 18, HWINIT),
                field("Slot", 31, 19, HWINIT, Wording.NUMBER)),
        Register.of16(
                "SltCtl",
                0x18,
                rw("AttnBtn", 0),
                rw("PwrFlt", 1),
                rw("MRL", 2),
                rw("PresDet", 3),
                rw("CmdCplt", 4),
                rw("HPIrq", 5),
                rw("AttnInd", 7, 6, INDICATOR),
                rw("PwrInd", 9, 8, INDICATOR),
                rw("Power", 10),
                flag("Interlock", 11, RW1S),
                rw("LinkChg", 12),
                rw("AutoPowerLimitDis", 13),
                rw("InBandPDDis", 14)),
        Register.of16(
                        "SltSta",
                        0x1a,
                        rw1c("AttnBtn", 0),
                        rw1c("PowerFlt", 1),
                        rw1c("MRLChanged", 2),
                        rw1c("PresDetChanged", 3),
                        rw1c("CmdCplt", 4),
                        ro("MRL", 5),
                        ro("PresDet", 6),
                        ro("Interlock", 7),
                        rw1c("LinkState", 8))
                .zeroes(),
    };

    private static final Register[] ROOT = {
        Register.of16(
                "RootCtl",
                0x1c,
                rw("ErrCorrectable", 0),
                rw("ErrNon-Fatal", 1),
                rw("ErrFatal", 2),
                rw("PMEIntEna", 3),
                rw("CRSVisible", 4)),
        Register.of16("RootCap", 0x1e, ro("CRSVisible", 0)),
        Register.of32(
                        "RootSta",
                        0x20,
                        ro("PMEReqID", 15, 0, Wording.hex(4)),
                        flag("PMEStatus", 16, RW1C),
                        ro("PMEPending", 17))
                .zeroes(),
    };

    private static final Register DEVICE_CAP2 = Register.of32(
            "DevCap2",
            0x24,
            ro(
                    "CompletionTimeout",
                    3,
                    0,
                    Wording.choice(
                            "Not Supported",
                            "Range A",
                            "Range B",
                            "Range AB",
                            "",
                            "",
                            "Range BC",
                            "Range ABC",
                            "",
                            "",
                            "",
                            "",
                            "",
                            "",
                            "Range BCD",
                            "Range ABCD")),
            ro("TimeoutDis", 4),
            ro("ARIFwd", 5),
            ro("Routing", 6),
            ro("32bit", 7),
            ro("64bit", 8),
            ro("128bitCAS", 9),
            ro("NROPrPrP", 10),
            ro("LTR", 11),
            ro("TPHComp", 12),
            ro("ExtTPHComp", 13),
            ro("LNSystemCLS", 15, 14, Wording.choice("Not Supported", "64byte cachelines", "128byte cachelines")),
            ro("10BitTagComp", 16),
            ro("10BitTagReq", 17),
            ro("OBFF", 19, 18, Wording.choice("Not Supported", "Via message", "Via WAKE#", "Via message/WAKE#")),
            ro("ExtFmt", 20),
            ro("EETLPPrefix", 21),
            ro("MaxEETLPPrefixes", 23, 22, value -> Long.toString(value == 0 ? 4 : value)),
            ro(
                    "EmergencyPowerReduction",
                    25,
                    24,
                    Wording.choice("Not Supported", "Dev Specific", "Form Factor Dev Specific")),
            ro("EmergencyPowerReductionInit", 26),
            ro("FRS", 31));

    private static final Register DEVICE_CTL2 = Register.of16(
            "DevCtl2",
            0x28,
            rw(
                    "CompletionTimeout",
                    3,
                    0,
                    Wording.choice(
                            "50us to 50ms",
                            "50us to 100us",
                            "1ms to 10ms",
                            "",
                            "",
                            "16ms to 55ms",
                            "65ms to 210ms",
                            "",
                            "",
                            "260ms to 900ms",
                            "1s to 3.5s",
                            "",
                            "",
                            "4s to 13s",
                            "17s to 64s")),
            rw("TimeoutDis", 4),
            rw("ARIFwd", 5),
            rw("ReqEn", 6),
            rw("EgressBlck", 7),
            rw("IDOReq", 8),
            rw("IDOCompl", 9),
            rw("LTR", 10),
            rw("EmergencyPowerReductionReq", 11),
            rw("10BitTagReq", 12),
            rw("OBFF", 14, 13, Wording.choice("Disabled", "Via message A", "Via message B", "Via WAKE#")),
            rw("EETLPPrefixBlk", 15));

    private ExpressTables() {}

    static final CapabilityLayout LAYOUT = new CapabilityLayout("Express", "PCI Express", ExpressTables::decode);

    private static void decode(Decoding at) {
        long express = at.add(EXPRESS);
        int type = (int) TYPE.of(express);
        boolean link = !WITHOUT_LINK.contains(type);
        boolean slot = LEADS_DOWN.contains(type) && SLOT.isSet(express);
        at.addAll(DEVICE_CAP, deviceControl(type), DEVICE_STA);
        if (link) {
            at.addAll(LEADS_DOWN.contains(type) ? LINK_DOWN : LINK_UP);
        }
        if (slot) {
            at.addAll(SLOT_REGISTERS);
        }
        if (WITH_ROOT.contains(type)) {
            at.addAll(ROOT);
        }
        if (VERSION.of(express) < 2) {
            return;
        }
        at.addAll(DEVICE_CAP2, DEVICE_CTL2);
        if (link) {
            at.addAll(ExpressLinkTables.LINK2);
        }
        if (slot) {
            at.addAll(ExpressLinkTables.SLOT2);
        }
    }

    /**
     * The link's registers.
     *
     * @param setting what may be done with those bits of link control that only a port that leads down has
     * @param action the same for its retraining
     * @param event the same for those of link status
     */
    private static List<Register> link(FieldAccess setting, FieldAccess action, FieldAccess event) {
        return List.of(
                Register.of32(
                        "LnkCap",
                        0x0c,
                        ro("Speed", 3, 0, SPEED),
                        ro("Width", 9, 4, WIDTH),
                        ro("ASPM", 11, 10, ASPM),
                        ro("ExitLatencyL0s", 14, 12, L0S),
                        ro("ExitLatencyL1", 17, 15, L1),
                        ro("ClockPM", 18),
                        ro("Surprise", 19),
                        ro("LLActRep", 20),
                        ro("BwNot", 21),
                        ro("ASPMOptComp", 22),
                        field("Port", 31, 24, HWINIT, Wording.NUMBER)),
                Register.of16(
                        "LnkCtl",
                        0x10,
                        rw("ASPM", 1, 0, Wording.choice("Disabled", "L0s Enabled", "L1 Enabled", "L0s L1 Enabled")),
                        ro("PTMPropDelayAdapt", 2),
                        rw("RCB", 3, 3, Wording.choice("64 bytes", "128 bytes")),
                        flag("LnkDisable", 4, setting),
                        flag("Retrain", 5, action),
                        rw("CommClk", 6),
                        rw("ExtSynch", 7),
                        rw("ClockPM", 8),
                        rw("AutWidDis", 9),
                        flag("BWInt", 10, setting),
                        flag("AutBWInt", 11, setting),
                        rw("SRISClocking", 12),
                        flag("FlitModeDis", 13, setting),
                        field("DRSSignaling", 15, 14, setting, Wording.NUMBER)),
                Register.of16(
                        "LnkSta",
                        0x12,
                        ro("Speed", 3, 0, SPEED),
                        ro("Width", 9, 4, WIDTH),
                        ro("TrErr", 10),
                        ro("Train", 11),
                        ro("SlotClk", 12),
                        ro("DLActive", 13),
                        flag("BWMgmt", 14, event),
                        flag("ABWMgmt", 15, event)));
    }

    private static Register deviceControl(int type) {
        return switch (type) {
            case ENDPOINT, LEGACY, INTEGRATED -> ENDPOINT_CTL;
            case EXPRESS_TO_PCI -> BRIDGE_CTL;
            default -> PORT_CTL;
        };
    }

    private static Register deviceControl(RegisterField highest) {
        RegisterField[] fields = Arrays.copyOf(DEVICE_CTL, DEVICE_CTL.length + 1);
        fields[DEVICE_CTL.length] = highest;
        return Register.of16("DevCtl", 0x08, fields);
    }
}
