// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci.config;

import static io.jvfio.pci.config.RegisterField.ro;
import static io.jvfio.pci.config.RegisterField.rw;
import static io.jvfio.pci.config.RegisterField.rw1c;

/**
 * HyperTransport: interfaces in both directions and MSI mapping taken apart, other types named and raw.
 *
 * <p>Source: HyperTransport I/O Link Specification 3.10, 7.
 */
final class HyperTransportTables {
    private static final int PRIMARY = 0;
    private static final int SECONDARY = 1;
    private static final int MSI_MAPPING = 0x15;

    /** What the interface's registers are from revision 1.02 on. */
    private static final int REVISION_1_02 = 0x22;

    /** Interfaces have three bits of type, all others five. */
    private static final RegisterField TYPE_3 = ro("Type", 15, 13, Wording.choice("primary", "secondary"));

    private static final RegisterField TYPE_5 = ro("Type", 15, 11, HyperTransportTables::type);

    private static final Wording WIDTH = Wording.choice("8bit", "16bit", "", "32bit", "2bit", "4bit", "", "N/C");
    private static final Wording FREQUENCY = Wording.choice(
            "200MHz", "300MHz", "400MHz", "500MHz", "600MHz", "800MHz", "1.0GHz", "1.2GHz", "1.4GHz", "1.6GHz", "", "",
            "", "", "", "Vend");

    private static final Register LINK_CONTROL = Register.of16(
            "LinkCtl",
            4,
            rw("CFlE", 1),
            rw("CST", 2),
            rw("CFE", 3),
            rw1c("<LkFail", 4),
            ro("Init", 5),
            rw("EOC", 6),
            rw("TXO", 7),
            RegisterField.field("<CRCErr", 11, 8, FieldAccess.RW1C, Wording.HEX),
            rw("IsocEn", 12),
            rw("LSEn", 13),
            rw("ExtCTL", 14),
            rw("64b", 15));

    private static final Register LINK_CONFIG = Register.of16(
            "LinkCfg",
            6,
            ro("MLWI", 2, 0, WIDTH),
            ro("DwFcIn", 3),
            ro("MLWO", 6, 4, WIDTH),
            ro("DwFcOut", 7),
            rw("LWI", 10, 8, WIDTH),
            rw("DwFcInEn", 11),
            rw("LWO", 14, 12, WIDTH),
            rw("DwFcOutEn", 15));

    private static final Register REVISION = Register.of8("Revision", 12, ro("Minor", 4, 0), ro("Major", 7, 5));

    private static final Register LINK_ERROR = Register.of8(
            "LinkFreq",
            13,
            rw("Frequency", 3, 0, FREQUENCY),
            rw1c("<Prot", 4),
            rw1c("<Ovfl", 5),
            rw1c("<EOC", 6),
            rw("CTLTm", 7));

    private static final Register LINK_CAP = Register.of16(
            "LinkFreqCap",
            14,
            ro("200MHz", 0),
            ro("300MHz", 1),
            ro("400MHz", 2),
            ro("500MHz", 3),
            ro("600MHz", 4),
            ro("800MHz", 5),
            ro("1.0GHz", 6),
            ro("1.2GHz", 7),
            ro("1.4GHz", 8),
            ro("1.6GHz", 9),
            ro("Vend", 15));

    private static final Register FEATURES = Register.of8(
            "Feature",
            16,
            ro("IsocFC", 0),
            ro("LDTSTOP", 1),
            ro("CRCTM", 2),
            ro("ECTLT", 3),
            ro("64bA", 4),
            ro("UIDRD", 5));

    private static final RegisterField EXTENDED_SET = ro("ExtRS", 8);
    private static final Register FEATURES_SECONDARY = Register.of16(
            "Feature",
            12,
            ro("IsocFC", 0),
            ro("LDTSTOP", 1),
            ro("CRCTM", 2),
            ro("ECTLT", 3),
            ro("64bA", 4),
            ro("UIDRD", 5),
            EXTENDED_SET,
            ro("UCnfE", 9));

    private static final Register ERRORS = Register.of16(
            "ErrorHandling",
            22,
            rw("PFlE", 0),
            rw("OFlE", 1),
            rw("PFE", 2),
            rw("OFE", 3),
            rw("EOCFE", 4),
            rw("RFE", 5),
            rw("CRCFE", 6),
            rw("SERRFE", 7),
            ro("CF", 8),
            rw1c("RE", 9),
            rw("PNFE", 10),
            rw("ONFE", 11),
            rw("EOCNFE", 12),
            rw("RNFE", 13),
            rw("CRCNFE", 14),
            rw("SERRNFE", 15));

    private static final Register MEMORY_BASE = Register.of8("MemBaseUpper", 24, rw("Address", 7, 0, Wording.hex(2)));
    private static final Register MEMORY_LIMIT = Register.of8("MemLimitUpper", 25, rw("Address", 7, 0, Wording.hex(2)));
    private static final Register BUS = Register.of8("BusNumber", 26, ro("Bus", 7, 0, Wording.hex(2)));

    private static final Register PRIMARY_COMMAND = Register.of16(
            "HTCommand",
            2,
            rw("BaseUnitID", 4, 0),
            ro("UnitCnt", 9, 5),
            ro("MastHost", 10),
            rw("DefDir", 11),
            rw("DUL", 12),
            TYPE_3);

    private static final Register SECONDARY_COMMAND = Register.of16(
            "HTCommand",
            2,
            rw("WarmRst", 0),
            rw("DblEnd", 1),
            rw("DevNum", 6, 2),
            rw("ChainSide", 7),
            rw("HostHide", 8),
            rw("Slave", 10),
            rw1c("<EOCErr", 11),
            rw("DUL", 12),
            TYPE_3);

    private static final RegisterField FIXED = ro("Fixed", 1);
    private static final Register MSI_COMMAND = Register.of16("HTCommand", 2, rw("Enable", 0), FIXED, TYPE_5);
    private static final Register MSI_ADDRESS =
            Register.of64("MappingAddress", 4, rw("Address", 63, 20, Wording.aligned(20, 16)));
    private static final Register OTHER = Register.of16("HTCommand", 2, TYPE_5);

    static final CapabilityLayout LAYOUT = new CapabilityLayout("HT", "HyperTransport", HyperTransportTables::decode);

    private HyperTransportTables() {}

    private static void decode(Decoding at) {
        int command = at.peek32(0) >>> Short.SIZE;
        int type = command >> 13;
        if (type == PRIMARY) {
            primary(at);
        } else if (type == SECONDARY) {
            secondary(at);
        } else if (command >> 11 == MSI_MAPPING) {
            if (!FIXED.isSet(at.add(MSI_COMMAND))) {
                at.add(MSI_ADDRESS);
            }
        } else {
            at.add(OTHER);
        }
    }

    private static void primary(Decoding at) {
        at.add(PRIMARY_COMMAND);
        at.add(LINK_CONTROL.as("LinkCtl0", 4));
        at.add(LINK_CONFIG.as("LinkCfg0", 6));
        at.add(LINK_CONTROL.as("LinkCtl1", 8));
        at.add(LINK_CONFIG.as("LinkCfg1", 10));
        if (at.add(REVISION) >= REVISION_1_02) {
            at.addAll(
                    LINK_ERROR.as("LinkFreq0", 13),
                    LINK_CAP.as("LinkFreqCap0", 14),
                    FEATURES,
                    LINK_ERROR.as("LinkFreq1", 17),
                    LINK_CAP.as("LinkFreqCap1", 18),
                    ERRORS,
                    MEMORY_BASE,
                    MEMORY_LIMIT,
                    BUS);
        }
    }

    private static void secondary(Decoding at) {
        at.addAll(SECONDARY_COMMAND, LINK_CONTROL, LINK_CONFIG);
        if (at.add(REVISION.as("Revision", 8)) >= REVISION_1_02) {
            at.addAll(LINK_ERROR.as("LinkFreq", 9), LINK_CAP.as("LinkFreqCap", 10));
            if (EXTENDED_SET.isSet(at.add(FEATURES_SECONDARY))) {
                at.addAll(
                        ERRORS.as("ErrorHandling", 18),
                        MEMORY_BASE.as("MemBaseUpper", 20),
                        MEMORY_LIMIT.as("MemLimitUpper", 21));
            }
        }
    }

    private static String type(long value) {
        return switch ((int) value) {
            case 0x08 -> "Switch";
            case 0x10 -> "Interrupt Discovery and Configuration";
            case 0x11 -> "Revision ID";
            case 0x12 -> "UnitID Clumping";
            case 0x13 -> "Extended Configuration Space Access";
            case 0x14 -> "Address Mapping";
            case MSI_MAPPING -> "MSI Mapping";
            case 0x16 -> "DirectRoute";
            case 0x17 -> "VCSet";
            case 0x18 -> "Retry Mode";
            case 0x19 -> "X86";
            case 0x1a -> "Gen3";
            case 0x1b -> "Function-Level Extension";
            case 0x1c -> "Power Management";
            default -> "[" + value + "]";
        };
    }
}
