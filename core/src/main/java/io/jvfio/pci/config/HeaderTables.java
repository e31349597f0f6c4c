// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci.config;

import static io.jvfio.pci.config.FieldAccess.RW1C;
import static io.jvfio.pci.config.FieldAccess.RW1S;
import static io.jvfio.pci.config.RegisterField.flag;
import static io.jvfio.pci.config.RegisterField.ro;
import static io.jvfio.pci.config.RegisterField.rw;
import static io.jvfio.pci.config.RegisterField.rw1c;

import io.jvfio.mmio.Field;
import java.util.List;

/**
 * The header: 64 bytes, in the layouts of an endpoint (0), a bridge (1) and a CardBus bridge (2, which has 72
 * bytes).
 *
 * <p>Source: PCIe 6.0, 7.5.1; PCI-to-PCI Bridge Architecture 1.2, 3.2.5; PC Card Standard 8, volume 2, 4.5.
 */
final class HeaderTables {
    private static final int CARDBUS_SIZE = 0x48;

    private static final Wording ID = Wording.hex(4);
    private static final Wording BYTE = Wording.hex(2);
    private static final Wording DEVSEL = Wording.choice("fast", "medium", "slow", "??");

    private static final Register VENDOR = Register.of16("VendorID", 0x00, ro("ID", 15, 0, ID));
    private static final Register DEVICE = Register.of16("DeviceID", 0x02, ro("ID", 15, 0, ID));

    private static final Register COMMAND = Register.of16(
            "Control",
            0x04,
            rw("I/O", 0),
            rw("Mem", 1),
            rw("BusMaster", 2),
            ro("SpecCycle", 3),
            rw("MemWINV", 4),
            rw("VGASnoop", 5),
            rw("ParErr", 6),
            ro("Stepping", 7),
            rw("SERR", 8),
            rw("FastB2B", 9),
            rw("DisINTx", 10));

    private static final Register STATUS = Register.of16(
                    "Status",
                    0x06,
                    ro("ImmReady", 0),
                    ro("INTx", 3),
                    ro("Cap", 4),
                    ro("66MHz", 5),
                    ro("UDF", 6),
                    ro("FastB2B", 7),
                    rw1c("ParErr", 8),
                    ro("DEVSEL", 10, 9, DEVSEL),
                    rw1c(">TAbort", 11),
                    rw1c("<TAbort", 12),
                    rw1c("<MAbort", 13),
                    rw1c(">SERR", 14),
                    rw1c("<PERR", 15))
            .zeroes();

    private static final Register CLASS = Register.of32(
            "Class",
            0x08,
            ro("Revision", 7, 0, BYTE),
            ro("ProgIf", 15, 8, BYTE),
            ro("SubClass", 23, 16, BYTE),
            ro("BaseClass", 31, 24, BYTE));

    private static final Register CACHE_LINE =
            Register.of8("CacheLine", 0x0c, rw("Size", 7, 0, value -> 4 * value + " bytes"));
    private static final Register LATENCY = Register.of8("Latency", 0x0d, rw("Timer", 7, 0));
    private static final Register TYPE = Register.of8(
            "HeaderType",
            0x0e,
            ro("Layout", 6, 0, Wording.choice("endpoint", "bridge", "CardBus")),
            ro("MultiFunc", 7));
    private static final Register BIST =
            Register.of8("BIST", 0x0f, ro("Result", 3, 0), flag("Running", 6, RW1S), ro("Capable", 7));

    private static final Register SUBSYSTEM_VENDOR = Register.of16("SubsystemVendorID", 0x2c, ro("ID", 15, 0, ID));
    private static final Register SUBSYSTEM = Register.of16("SubsystemID", 0x2e, ro("ID", 15, 0, ID));
    private static final Register ROM =
            Register.of32("ROM", 0x30, rw("Enable", 0), rw("Address", 31, 11, Wording.aligned(11, 8)));
    private static final Register POINTER = Register.of8("CapPointer", 0x34, ro("Offset", 7, 0, BYTE));
    private static final Register IRQ_LINE = Register.of8("IntLine", 0x3c, rw("IRQ", 7, 0));
    private static final Register IRQ_PIN =
            Register.of8("IntPin", 0x3d, ro("Pin", 7, 0, Wording.choice("none", "A", "B", "C", "D")));

    private static final Register[] ENDPOINT_REGISTERS = {
        Register.of32("CardbusCIS", 0x28, ro("Pointer", 31, 0, Wording.hex(8))),
        SUBSYSTEM_VENDOR,
        SUBSYSTEM,
        ROM,
        POINTER,
        IRQ_LINE,
        IRQ_PIN,
        Register.of8("MinGnt", 0x3e, ro("Time", 7, 0, value -> 250 * value + "ns")),
        Register.of8("MaxLat", 0x3f, ro("Time", 7, 0, value -> 250 * value + "ns")),
    };

    private static final Wording IO_WIDTH = Wording.choice("16-bit", "32-bit");
    private static final Wording MEMORY_WIDTH = Wording.choice("32-bit", "64-bit");

    /** Windows are whole pages or mebibytes: a limit's missing bits are 1. */
    private static final Wording IO_BASE = Wording.aligned(12, 4);

    private static final Wording IO_LIMIT = value -> Wording.hex(4).word(value << 12 | 0xfff);
    private static final Wording MEMORY_BASE = Wording.aligned(20, 8);
    private static final Wording MEMORY_LIMIT = value -> Wording.hex(8).word(value << 20 | 0xfffff);

    private static final Register[] BRIDGE_REGISTERS = {
        Register.of8("PrimaryBus", 0x18, rw("Bus", 7, 0, BYTE)),
        Register.of8("SecondaryBus", 0x19, rw("Bus", 7, 0, BYTE)),
        Register.of8("SubordinateBus", 0x1a, rw("Bus", 7, 0, BYTE)),
        Register.of8("SecLatency", 0x1b, rw("Timer", 7, 0)),
        Register.of8("IOBase", 0x1c, ro("Width", 3, 0, IO_WIDTH), rw("Address", 7, 4, IO_BASE)),
        Register.of8("IOLimit", 0x1d, ro("Width", 3, 0, IO_WIDTH), rw("Address", 7, 4, IO_LIMIT)),
        secondaryStatus(0x1e),
        Register.of16("MemoryBase", 0x20, rw("Address", 15, 4, MEMORY_BASE)),
        Register.of16("MemoryLimit", 0x22, rw("Address", 15, 4, MEMORY_LIMIT)),
        Register.of16("PrefBase", 0x24, ro("Width", 3, 0, MEMORY_WIDTH), rw("Address", 15, 4, MEMORY_BASE)),
        Register.of16("PrefLimit", 0x26, ro("Width", 3, 0, MEMORY_WIDTH), rw("Address", 15, 4, MEMORY_LIMIT)),
        Register.of32("PrefBaseUpper", 0x28, rw("Address", 31, 0, Wording.hex(8))),
        Register.of32("PrefLimitUpper", 0x2c, rw("Address", 31, 0, Wording.hex(8))),
        Register.of16("IOBaseUpper", 0x30, rw("Address", 15, 0, ID)),
        Register.of16("IOLimitUpper", 0x32, rw("Address", 15, 0, ID)),
        POINTER,
        ROM.as("ROM", 0x38),
        IRQ_LINE,
        IRQ_PIN,
        Register.of16(
                "BridgeCtl",
                0x3e,
                rw("Parity", 0),
                rw("SERR", 1),
                rw("NoISA", 2),
                rw("VGA", 3),
                rw("VGA16", 4),
                rw("MAbort", 5),
                rw(">Reset", 6),
                rw("FastB2B", 7),
                rw("PriDiscTmr", 8),
                rw("SecDiscTmr", 9),
                flag("DiscTmrStat", 10, RW1C),
                rw("DiscTmrSERREn", 11)),
    };

    private static final Wording PAGE_BASE = Wording.aligned(12, 8);
    private static final Wording PAGE_LIMIT = value -> Wording.hex(8).word(value << 12 | 0xfff);
    private static final Wording WORD_BASE = Wording.aligned(2, 8);
    private static final Wording WORD_LIMIT = value -> Wording.hex(8).word(value << 2 | 3);

    private static final Register[] CARDBUS_REGISTERS = {
        POINTER.as("CapPointer", 0x14),
        secondaryStatus(0x16),
        Register.of8("PrimaryBus", 0x18, rw("Bus", 7, 0, BYTE)),
        Register.of8("SecondaryBus", 0x19, rw("Bus", 7, 0, BYTE)),
        Register.of8("SubordinateBus", 0x1a, rw("Bus", 7, 0, BYTE)),
        Register.of8("SecLatency", 0x1b, rw("Timer", 7, 0)),
        Register.of32("MemoryBase0", 0x1c, rw("Address", 31, 12, PAGE_BASE)),
        Register.of32("MemoryLimit0", 0x20, rw("Address", 31, 12, PAGE_LIMIT)),
        Register.of32("MemoryBase1", 0x24, rw("Address", 31, 12, PAGE_BASE)),
        Register.of32("MemoryLimit1", 0x28, rw("Address", 31, 12, PAGE_LIMIT)),
        Register.of32("IOBase0", 0x2c, ro("32bit", 0), rw("Address", 31, 2, WORD_BASE)),
        Register.of32("IOLimit0", 0x30, rw("Address", 31, 2, WORD_LIMIT)),
        Register.of32("IOBase1", 0x34, ro("32bit", 0), rw("Address", 31, 2, WORD_BASE)),
        Register.of32("IOLimit1", 0x38, rw("Address", 31, 2, WORD_LIMIT)),
        IRQ_LINE,
        IRQ_PIN,
        Register.of16(
                "BridgeCtl",
                0x3e,
                rw("Parity", 0),
                rw("SERR", 1),
                rw("ISA", 2),
                rw("VGA", 3),
                rw("MAbort", 5),
                rw(">Reset", 6),
                rw("16bInt", 7),
                rw("Pref0", 8),
                rw("Pref1", 9),
                rw("PostWrite", 10)),
        SUBSYSTEM_VENDOR.as("SubsystemVendorID", 0x40),
        SUBSYSTEM.as("SubsystemID", 0x42),
        Register.of32("LegacyBase", 0x44, rw("Address", 31, 1, Wording.aligned(1, 4))),
    };

    private static final Field BAR_IS_IO = Field.bit(0);
    private static final Field BAR_TYPE = Field.bits(2, 1);
    private static final int WIDE = 2;

    private HeaderTables() {}

    /** Bytes of a layout's header. */
    static int size(int layout) {
        return layout == PciRegisters.HEADER_CARDBUS ? CARDBUS_SIZE : PciRegisters.HEADER_SIZE;
    }

    static void decode(Decoding at) {
        at.addAll(VENDOR, DEVICE, COMMAND, STATUS, CLASS, CACHE_LINE, LATENCY, TYPE, BIST);
        switch (at.function().headerLayout()) {
            case PciRegisters.HEADER_ENDPOINT -> {
                bars(at, "BAR", 0x10, 6);
                at.addAll(ENDPOINT_REGISTERS);
            }
            case PciRegisters.HEADER_BRIDGE -> {
                bars(at, "BAR", 0x10, 2);
                at.addAll(BRIDGE_REGISTERS);
            }
            case PciRegisters.HEADER_CARDBUS -> {
                bars(at, "BAR", 0x10, 1);
                at.addAll(CARDBUS_REGISTERS);
            }
            default -> at.report(ConfigFinding.Kind.IMPLAUSIBLE, "the header's layout is not known");
        }
    }

    /** Whether a function decodes what this register of an endpoint says: a BAR, or its ROM. */
    static boolean isAddress(Register register) {
        return register.offset() >= PciRegisters.BAR0
                        && register.offset() < PciRegisters.BAR0 + 4 * PciRegisters.BAR_COUNT
                || register.offset() == PciRegisters.ROM_ADDRESS;
    }

    private static void bars(Decoding at, String name, int offset, int count) {
        int index = 0;
        while (index < count) {
            int place = offset + index * Integer.BYTES;
            if (BAR_IS_IO.isSet(at.peek32(place))) {
                at.add(Register.of32(name + index, place, ro("I/O", 0), rw("Address", 31, 2, Wording.aligned(2, 4))));
                index++;
            } else {
                index += memory(at, name + index, place, index < count - 1);
            }
        }
    }

    /** BARs that are never in I/O space: those of virtual functions. */
    static void memoryBars(Decoding at, String name, int offset, int count) {
        int index = 0;
        while (index < count) {
            index += memory(at, name + index, offset + index * Integer.BYTES, index < count - 1);
        }
    }

    /** A BAR in memory space; how many places it takes. */
    private static int memory(Decoding at, String name, int offset, boolean mayBeWide) {
        boolean wide = mayBeWide && BAR_TYPE.of(at.peek32(offset)) == WIDE;
        int width = wide ? Long.BYTES : Integer.BYTES;
        at.add(new Register(
                name,
                offset,
                width,
                List.of(
                        ro("I/O", 0),
                        ro("Type", 2, 1, Wording.choice("32-bit", "below 1M", "64-bit")),
                        ro("Prefetchable", 3),
                        rw("Address", width * Byte.SIZE - 1, 4, Wording.aligned(4, 2 * width))),
                false));
        return width / Integer.BYTES;
    }

    private static Register secondaryStatus(int offset) {
        return Register.of16(
                        "SecStatus",
                        offset,
                        ro("66MHz", 5),
                        ro("FastB2B", 7),
                        rw1c("ParErr", 8),
                        ro("DEVSEL", 10, 9, DEVSEL),
                        rw1c(">TAbort", 11),
                        rw1c("<TAbort", 12),
                        rw1c("<MAbort", 13),
                        rw1c("<SERR", 14),
                        rw1c("<PERR", 15))
                .zeroes();
    }
}
