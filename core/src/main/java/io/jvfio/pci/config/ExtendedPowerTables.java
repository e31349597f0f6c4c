// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci.config;

import static io.jvfio.pci.config.FieldAccess.HWINIT;
import static io.jvfio.pci.config.FieldAccess.RW1C;
import static io.jvfio.pci.config.FieldAccess.RWS;
import static io.jvfio.pci.config.RegisterField.field;
import static io.jvfio.pci.config.RegisterField.flag;
import static io.jvfio.pci.config.RegisterField.ro;
import static io.jvfio.pci.config.RegisterField.rw;

/**
 * Power and time: power budgeting, dynamic power allocation, latency tolerance, L1 substates, precision time; and the
 * hints and ids that requests can carry.
 *
 * <p>Source: PCIe 6.0, 7.8.1 to 7.8.3, 7.8.12, 7.9.12, 7.9.13, 7.9.3, 7.9.15.
 */
final class ExtendedPowerTables {
    static final CapabilityLayout BUDGETING = CapabilityLayout.fixed(
            "PB",
            "Power Budgeting",
            Register.of8("DataSelect", 0x04, rw("Index", 7, 0)),
            Register.of16(
                    "PBCtl",
                    0x06,
                    rw("Extended", 0),
                    flag("Limit", 1, RWS),
                    field("LimitPMSubState", 4, 2, RWS, Wording.NUMBER),
                    flag("OutOfBandLimit", 5, HWINIT),
                    field("OutOfBandPMSubState", 8, 6, HWINIT, Wording.NUMBER)),
            Register.of32(
                    "Data",
                    0x08,
                    ro("BasePower", 7, 0),
                    ro("Scale", 9, 8, Wording.choice("1W", "0.1W", "0.01W", "0.001W")),
                    ro("PMSubState", 12, 10),
                    ro("PMState", 14, 13, Wording.choice("D0", "D1", "D2", "D3")),
                    ro(
                            "Type",
                            17,
                            15,
                            Wording.choice(
                                    "PME Aux",
                                    "Auxiliary",
                                    "Idle",
                                    "Sustained",
                                    "Sustained Emergency",
                                    "Maximum Emergency",
                                    "",
                                    "Maximum")),
                    ro("Rail", 20, 18, Wording.choice("12V", "3.3V", "1.5/1.8V", "", "48V", "5V", "", "Thermal")),
                    ro("TimesTen", 21),
                    ro("ConnectorNumber", 24, 22),
                    ro("ConnectorType", 30, 25),
                    ro("Extended", 31)),
            Register.of8(
                    "PBCap",
                    0x0c,
                    flag("SystemAllocated", 0, HWINIT),
                    flag("Extended", 1, HWINIT),
                    flag("SenseDetect", 2, HWINIT),
                    flag("Limit", 3, HWINIT),
                    field("PowerDisable", 5, 4, HWINIT, Wording.choice("no", "main power", "D3cold")),
                    field("PowerLoss", 7, 6, HWINIT, Wording.choice("no", "notified", "acknowledged"))));

    private static final RegisterField SUBSTATES = ro("SubstateMax", 4, 0);
    private static final Register DPA_CAP = Register.of32(
            "DPACap",
            0x04,
            SUBSTATES,
            ro("LatencyUnit", 9, 8, Wording.choice("1ms", "10ms", "100ms")),
            ro("PowerScale", 13, 12, Wording.choice("10W", "1W", "0.1W", "0.01W")),
            ro("Latency0", 23, 16),
            ro("Latency1", 31, 24));
    private static final int FIRST_SUBSTATE = 0x10;

    static final CapabilityLayout ALLOCATION = new CapabilityLayout("DPA", "Dynamic Power Allocation", at -> {
        int last = (int) SUBSTATES.of(at.add(DPA_CAP));
        at.addAll(
                Register.of32("DPALatency", 0x08, ro("Indicator", 31, 0, Wording.hex(8))),
                Register.of16("DPASta", 0x0c, ro("Substate", 4, 0), flag("Enabled", 8, RW1C)),
                Register.of16("DPACtl", 0x0e, rw("Substate", 4, 0)));
        for (int i = 0; i <= last && !at.ended(); i++) {
            at.add(Register.of8("Substate" + i, FIRST_SUBSTATE + i, ro("Power", 7, 0)));
        }
    });

    /** Ten bits, to be shifted by five bits as often as the next three say. */
    private static String latency(long value) {
        return (value & 0x3ff) * (1L << 5 * (value >> 10 & 7)) + "ns";
    }

    static final CapabilityLayout LATENCY = CapabilityLayout.fixed(
            "LTR",
            "Latency Tolerance Reporting",
            Register.of16("MaxSnoop", 0x04, rw("Latency", 12, 0, ExtendedPowerTables::latency)),
            Register.of16("MaxNoSnoop", 0x06, rw("Latency", 12, 0, ExtendedPowerTables::latency)));

    private static final Wording MICROSECONDS = Wording.unit("us");
    private static final Wording ON_SCALE = Wording.choice("2us", "10us", "100us");

    static final CapabilityLayout SUBSTATES_L1 = CapabilityLayout.fixed(
            "L1SS",
            "L1 PM Substates",
            Register.of32(
                    "L1SubCap",
                    0x04,
                    ro("PCI-PM_L1.2", 0),
                    ro("PCI-PM_L1.1", 1),
                    ro("ASPM_L1.2", 2),
                    ro("ASPM_L1.1", 3),
                    ro("L1_PM_Substates", 4),
                    ro("LinkActivation", 5),
                    ro("PortCommonModeRestoreTime", 15, 8, MICROSECONDS),
                    ro("PortTPowerOnScale", 17, 16, ON_SCALE),
                    ro("PortTPowerOnValue", 23, 19)),
            Register.of32(
                    "L1SubCtl1",
                    0x08,
                    rw("PCI-PM_L1.2", 0),
                    rw("PCI-PM_L1.1", 1),
                    rw("ASPM_L1.2", 2),
                    rw("ASPM_L1.1", 3),
                    rw("LinkActivationInt", 4),
                    rw("LinkActivationCtl", 5),
                    rw("T_CommonMode", 15, 8, MICROSECONDS),
                    rw("LTR1.2_ThresholdValue", 25, 16),
                    rw(
                            "LTR1.2_ThresholdScale",
                            31,
                            29,
                            Wording.choice("1ns", "32ns", "1024ns", "32768ns", "1048576ns", "33554432ns"))),
            Register.of32("L1SubCtl2", 0x0c, rw("T_PwrOnScale", 1, 0, ON_SCALE), rw("T_PwrOnValue", 7, 3)));

    private static String granularity(long value) {
        return value == 0 ? "unknown" : value == 0xff ? ">254ns" : value + "ns";
    }

    static final CapabilityLayout TIME = CapabilityLayout.fixed(
            "PTM",
            "Precision Time Measurement",
            Register.of32(
                    "PTMCap",
                    0x04,
                    ro("Requester", 0),
                    ro("Responder", 1),
                    ro("Root", 2),
                    ro("ePTM", 3),
                    ro("PropDelayAdapt", 4),
                    ro("Granularity", 15, 8, ExtendedPowerTables::granularity)),
            Register.of32(
                    "PTMControl",
                    0x08,
                    rw("Enabled", 0),
                    rw("RootSelected", 1),
                    rw("EffectiveGranularity", 15, 8, ExtendedPowerTables::granularity)));

    private static final RegisterField TABLE_PLACE =
            ro("STLocation", 10, 9, Wording.choice("none", "capability", "MSI-X table"));
    private static final RegisterField TABLE_SIZE = ro("STSize", 26, 16, Wording.plusOne());
    private static final Register TPH_CAP = Register.of32(
            "TPHCap",
            0x04,
            ro("NoST", 0),
            ro("IntVector", 1),
            ro("DeviceSpecific", 2),
            ro("ExtRequester", 8),
            TABLE_PLACE,
            TABLE_SIZE);
    private static final int IN_CAPABILITY = 1;
    private static final int FIRST_TAG = 0x0c;
    private static final int LARGEST_TABLE = 64;

    static final CapabilityLayout HINTS = new CapabilityLayout("TPH", "Transaction Processing Hints", at -> {
        long cap = at.add(TPH_CAP);
        at.add(Register.of32(
                "TPHCtl",
                0x08,
                rw("Mode", 2, 0, Wording.choice("no ST", "interrupt vector", "device specific")),
                rw("Requester", 9, 8, Wording.choice("off", "TPH", "", "TPH and extended"))));
        if (TABLE_PLACE.of(cap) != IN_CAPABILITY) {
            return;
        }
        int entries = (int) TABLE_SIZE.of(cap) + 1;
        if (entries > LARGEST_TABLE) {
            at.report(ConfigFinding.Kind.IMPLAUSIBLE, entries + " steering tags in the capability, which holds 64");
            entries = LARGEST_TABLE;
        }
        for (int i = 0; i < entries && !at.ended(); i++) {
            at.add(Register.of16("ST" + i, FIRST_TAG + Short.BYTES * i, rw("Tag", 15, 0, Wording.hex(4))));
        }
    });

    private ExtendedPowerTables() {}
}
