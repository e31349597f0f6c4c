// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci.config;

import static io.jvfio.pci.config.FieldAccess.RW1C;
import static io.jvfio.pci.config.FieldAccess.RW1S;
import static io.jvfio.pci.config.RegisterField.field;
import static io.jvfio.pci.config.RegisterField.flag;
import static io.jvfio.pci.config.RegisterField.ro;
import static io.jvfio.pci.config.RegisterField.rw;
import static io.jvfio.pci.config.RegisterField.rw1c;

import java.util.ArrayList;
import java.util.List;

/**
 * The designated vendor-specific capabilities of CXL.
 *
 * <p>Source: Compute Express Link 3.1, 8.1.
 */
final class CxlTables {
    static final int VENDOR = 0x1e98;

    private static final int DEVICE = 0;
    private static final int FUNCTION_MAP = 2;
    private static final int PORT_EXTENSIONS = 3;
    private static final int GPF_PORT = 4;
    private static final int GPF_DEVICE = 5;
    private static final int FLEX_BUS = 7;
    private static final int REGISTER_LOCATOR = 8;
    private static final int MULTI_LOGICAL = 9;

    private static final int LOCATOR_START = 0x0c;
    private static final int MAP_START = 0x0c;
    private static final int MAP_COUNT = 8;

    private static final Wording LONG = Wording.hex(8);

    private static final List<Register> DEVICE_REGISTERS = List.of(
            Register.of16(
                    "CXLCap",
                    0x0a,
                    ro("Cache", 0),
                    ro("IO", 1),
                    ro("Mem", 2),
                    ro("MemHWInit", 3),
                    ro("HDMCount", 5, 4),
                    ro("CacheWB&Inval", 6),
                    ro("Rst", 7),
                    ro("RstTimeout", 10, 8, Wording.choice("10ms", "100ms", "1s", "10s", "100s")),
                    ro("RstMemClr", 11),
                    ro("TSP", 12),
                    ro("MultLogDev", 13),
                    ro("Viral", 14),
                    ro("PMInitComplete", 15)),
            Register.of16(
                    "CXLCtl",
                    0x0c,
                    rw("Cache", 0),
                    ro("IO", 1),
                    rw("Mem", 2),
                    rw("CacheSFCov", 7, 3),
                    rw("CacheSFGran", 10, 8),
                    rw("CacheClean", 11),
                    rw("Viral", 14)),
            Register.of16("CXLSta", 0x0e, flag("Viral", 14, RW1C)).zeroes(),
            Register.of16(
                    "CXLCtl2",
                    0x10,
                    rw("DisableCaching", 0),
                    flag("InitCacheWB&Inval", 1, RW1S),
                    flag("InitRst", 2, RW1S),
                    rw("RstMemClrEn", 3),
                    rw("VolatileHDMAfterHotRst", 4)),
            Register.of16(
                    "CXLSta2",
                    0x12,
                    ro("CacheInvalid", 0),
                    ro("ResetComplete", 1),
                    ro("ResetError", 2),
                    rw1c("VolatileHDMError", 3),
                    ro("PMComplete", 15)),
            Register.of16("CXLLock", 0x14, flag("ConfigLock", 0, FieldAccess.RWS)),
            Register.of16(
                    "CXLCap2",
                    0x16,
                    ro("CacheUnit", 3, 0, Wording.choice("not reported", "64KiB", "1MiB")),
                    ro("CacheSize", 15, 8)),
            range("Range1", 0x18),
            Register.of32("Range1SizeLow", 0x1c, rangeFields()),
            base("Range1BaseHigh", 0x20, 31, 0),
            base("Range1BaseLow", 0x24, 31, 28),
            range("Range2", 0x28),
            Register.of32("Range2SizeLow", 0x2c, rangeFields()),
            base("Range2BaseHigh", 0x30, 31, 0),
            base("Range2BaseLow", 0x34, 31, 28),
            Register.of16(
                    "CXLCap3",
                    0x38,
                    ro("VolatileAfterCold", 0),
                    ro("VolatileAfterWarm", 1),
                    ro("VolatileAfterHot", 2),
                    ro("HotConfigurable", 3)));

    private static final List<Register> PORT_REGISTERS = List.of(
            Register.of16("CXLPortSta", 0x0a, ro("PMComplete", 0), flag("Viral", 14, RW1C)),
            Register.of16(
                    "CXLPortCtl",
                    0x0c,
                    rw("UnmaskSBR", 0),
                    rw("UnmaskLinkDisable", 1),
                    rw("AltMem", 2),
                    rw("AltBME", 3),
                    rw("ViralEnable", 14)),
            Register.of8("AltBusBase", 0x0e, rw("Bus", 7, 0, Wording.hex(2))),
            Register.of8("AltBusLimit", 0x0f, rw("Bus", 7, 0, Wording.hex(2))),
            Register.of16("AltMemBase", 0x10, rw("Address", 15, 4, Wording.aligned(20, 8))),
            Register.of16("AltMemLimit", 0x12, rw("Address", 15, 4, Wording.aligned(20, 8))),
            Register.of16("AltPrefBase", 0x14, rw("Address", 15, 4, Wording.aligned(20, 8))),
            Register.of16("AltPrefLimit", 0x16, rw("Address", 15, 4, Wording.aligned(20, 8))),
            Register.of32("AltPrefBaseHigh", 0x18, rw("Address", 31, 0, LONG)),
            Register.of32("AltPrefLimitHigh", 0x1c, rw("Address", 31, 0, LONG)));

    private static final Wording TIME = Wording.choice("1us", "10us", "100us", "1ms", "10ms", "100ms", "1s", "10s");

    private static final List<Register> GPF_PORT_REGISTERS = List.of(
            Register.of16("GPFPhase1", 0x0c, rw("Time", 3, 0), rw("Scale", 11, 8, TIME)),
            Register.of16("GPFPhase2", 0x0e, rw("Time", 3, 0), rw("Scale", 11, 8, TIME)));

    private static final List<Register> GPF_DEVICE_REGISTERS = List.of(
            Register.of16("GPFDuration", 0x0a, ro("Time", 3, 0), ro("Scale", 11, 8, TIME)),
            Register.of32("GPFPower", 0x0c, ro("Power", 31, 0, Wording.unit("mW"))));

    private static final List<Register> FLEX_REGISTERS = List.of(
            Register.of16(
                    "FBCap",
                    0x0a,
                    ro("Cache", 0),
                    ro("IO", 1),
                    ro("Mem", 2),
                    ro("68BFlit", 5),
                    ro("MltLogDev", 6),
                    ro("256BFlit", 13),
                    ro("PBRFlit", 14)),
            Register.of16(
                    "FBCtl",
                    0x0c,
                    rw("Cache", 0),
                    ro("IO", 1),
                    rw("Mem", 2),
                    rw("SynHdrByp", 3),
                    rw("DrftBuf", 4),
                    rw("68BFlit", 5),
                    rw("MltLogDev", 6),
                    rw("RCD", 7),
                    rw("Retimer1", 8),
                    rw("Retimer2", 9),
                    rw("256BFlit", 13),
                    rw("PBRFlit", 14)),
            Register.of16(
                    "FBSta",
                    0x0e,
                    ro("Cache", 0),
                    ro("IO", 1),
                    ro("Mem", 2),
                    ro("SynHdrByp", 3),
                    ro("DrftBuf", 4),
                    ro("68BFlit", 5),
                    ro("MltLogDev", 6),
                    rw1c("EvenHalfFailed", 7),
                    rw1c("RcvBadCXL", 8),
                    rw1c("RcvMultLogDev", 9),
                    ro("256BFlit", 13),
                    ro("PBRFlit", 14)),
            Register.of32("FBModTS", 0x10, ro("Received", 23, 0, Wording.hex(6))),
            Register.of32("FBCap2", 0x14, ro("NOPHint", 0)),
            Register.of32("FBCtl2", 0x18, rw("NOPHint", 0)),
            Register.of32("FBSta2", 0x1c, ro("NOPHintInfo", 1, 0)));

    private static final List<Register> MULTI_LOGICAL_REGISTERS =
            List.of(Register.of16("MLD", 0x0a, ro("NumLogDevs", 15, 0)));

    private static final Wording BLOCKS = Wording.choice(
            "empty", "component registers", "BAR virtualization", "CXL device registers", "CPMU registers");

    private CxlTables() {}

    /** The registers of a capability; none if its id is not known. */
    static List<Register> registers(int id, int revision, int length) {
        return switch (id) {
            // Revision 0 is CXL 1.1's, which is laid out differently.
            case DEVICE -> revision == 0 ? List.of() : DEVICE_REGISTERS;
            case FUNCTION_MAP -> functionMap();
            case PORT_EXTENSIONS -> PORT_REGISTERS;
            case GPF_PORT -> GPF_PORT_REGISTERS;
            case GPF_DEVICE -> GPF_DEVICE_REGISTERS;
            case FLEX_BUS -> FLEX_REGISTERS;
            case REGISTER_LOCATOR -> locators(length);
            case MULTI_LOGICAL -> MULTI_LOGICAL_REGISTERS;
            default -> List.of();
        };
    }

    private static List<Register> functionMap() {
        List<Register> map = new ArrayList<>();
        for (int i = 0; i < MAP_COUNT; i++) {
            map.add(Register.of32("FuncMap" + i, MAP_START + Integer.BYTES * i, ro("Functions", 31, 0, LONG)));
        }
        return map;
    }

    private static List<Register> locators(int length) {
        List<Register> blocks = new ArrayList<>();
        for (int offset = LOCATOR_START; offset <= length - Long.BYTES; offset += Long.BYTES) {
            blocks.add(Register.of64(
                    "Block" + (blocks.size() + 1),
                    offset,
                    ro("BIR", 2, 0),
                    ro("ID", 15, 8, BLOCKS),
                    ro("Offset", 63, 16, Wording.aligned(16, 16))));
        }
        return blocks;
    }

    private static Register range(String name, int offset) {
        return Register.of32(name + "SizeHigh", offset, ro("Size", 31, 0, LONG));
    }

    private static Register base(String name, int offset, int high, int low) {
        return Register.of32(name, offset, rw("Address", high, low, Wording.aligned(low, 8)));
    }

    private static RegisterField[] rangeFields() {
        return new RegisterField[] {
            ro("Valid", 0),
            ro("Active", 1),
            ro("Type", 4, 2, Wording.choice("Volatile", "Non-volatile", "CDAT")),
            ro("Class", 7, 5, Wording.choice("DRAM", "Storage", "CDAT")),
            ro("Interleave", 12, 8, Wording.choice("0", "256", "4096", "512", "1024", "2048", "8192", "16384")),
            ro("Timeout", 15, 13, value -> (1L << 2 * value) + "s"),
            field("Size", 31, 28, FieldAccess.RO, Wording.aligned(28, 8)),
        };
    }
}
