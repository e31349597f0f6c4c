// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci.config;

import static io.jvfio.pci.config.FieldAccess.HWINIT;
import static io.jvfio.pci.config.FieldAccess.RWS;
import static io.jvfio.pci.config.RegisterField.field;
import static io.jvfio.pci.config.RegisterField.flag;
import static io.jvfio.pci.config.RegisterField.ro;
import static io.jvfio.pci.config.RegisterField.rw1c;

import java.util.List;

/**
 * The link and slot registers of the second generation of the PCIe capability.
 *
 * <p>Source: PCIe 6.0, 7.5.3.18 to 7.5.3.23.
 */
final class ExpressLinkTables {
    /** One bit for each speed. */
    static final Wording SPEEDS = value -> {
        StringBuilder text = new StringBuilder();
        for (int bit = 0; bit < 7; bit++) {
            if ((value >> bit & 1) != 0) {
                text.append(text.isEmpty() ? "" : ",").append(ExpressTables.SPEED.word(bit + 1));
            }
        }
        return text.isEmpty() ? "none" : text.toString();
    };

    /** 0 is hardwired where there is but one speed. */
    private static final Wording TARGET = value -> ExpressTables.SPEED.word(Math.max(1, value));

    private static final Wording MARGIN = Wording.choice(
            "Normal Operating Range",
            "800-1200mV(full-swing)/400-700mV(half-swing)",
            "200-400mV(full-swing)/100-200mV(half-swing)",
            "200-400mV(full-swing)/100-200mV(half-swing)",
            "200-400mV(full-swing)/100-200mV(half-swing)",
            "200-400mV(full-swing)/100-200mV(half-swing)");
    private static final Wording DE_EMPHASIS = Wording.choice("-6dB", "-3.5dB");
    private static final Wording PRESET = Wording.choice(
            "-6dB de-emphasis, 0dB preshoot",
            "-3.5dB de-emphasis, 0dB preshoot",
            "-4.4dB de-emphasis, 0dB preshoot",
            "-2.5dB de-emphasis, 0dB preshoot",
            "0dB de-emphasis, 0dB preshoot",
            "0dB de-emphasis, 1.9dB preshoot",
            "0dB de-emphasis, 2.5dB preshoot",
            "-6.0dB de-emphasis, 3.5dB preshoot",
            "-3.5dB de-emphasis, 3.5dB preshoot",
            "0dB de-emphasis, 3.5dB preshoot");
    private static final Wording COMPONENT = Wording.choice(
            "Link Down - Not Determined",
            "Link Down - Not Present",
            "Link Down - Present",
            "",
            "Link Up - Present",
            "Link Up - Present and DRS Received");

    static final List<Register> LINK2 = List.of(
            Register.of32(
                    "LnkCap2",
                    0x2c,
                    field("Speeds", 7, 1, HWINIT, SPEEDS),
                    ro("Crosslink", 8),
                    field("LowerSKPGen", 15, 9, HWINIT, SPEEDS),
                    field("LowerSKPRcv", 22, 16, HWINIT, SPEEDS),
                    flag("Retimer", 23, HWINIT),
                    flag("2Retimers", 24, HWINIT),
                    flag("DRS", 31, HWINIT)),
            Register.of16(
                    "LnkCtl2",
                    0x30,
                    field("TargetSpeed", 3, 0, RWS, TARGET),
                    flag("EnterCompliance", 4, RWS),
                    flag("SpeedDis", 5, RWS),
                    field("SelectableDe-emphasis", 6, 6, HWINIT, DE_EMPHASIS),
                    field("TransmitMargin", 9, 7, RWS, MARGIN),
                    flag("EnterModifiedCompliance", 10, RWS),
                    flag("ComplianceSOS", 11, RWS),
                    field("CompliancePreset", 15, 12, RWS, PRESET)),
            Register.of16(
                            "LnkSta2",
                            0x32,
                            ro("De-emphasis", 0, 0, DE_EMPHASIS),
                            ro("EqualizationComplete", 1),
                            ro("EqualizationPhase1", 2),
                            ro("EqualizationPhase2", 3),
                            ro("EqualizationPhase3", 4),
                            rw1c("LinkEqualizationRequest", 5),
                            ro("Retimer", 6),
                            ro("2Retimers", 7),
                            ro(
                                    "CrosslinkRes",
                                    9,
                                    8,
                                    Wording.choice("unsupported", "Upstream Port", "Downstream Port", "incomplete")),
                            ro("FlitMode", 10),
                            ro("DownstreamComp", 14, 12, COMPONENT),
                            rw1c("DRS", 15))
                    .zeroes());

    static final List<Register> SLOT2 = List.of(
            Register.of32("SltCap2", 0x34, flag("InBandPDDis", 0, HWINIT)),
            Register.of16("SltCtl2", 0x38),
            Register.of16("SltSta2", 0x3a).zeroes());

    private ExpressLinkTables() {}
}
