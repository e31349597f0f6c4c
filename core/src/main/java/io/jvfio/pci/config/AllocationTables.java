// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci.config;

import static io.jvfio.pci.config.FieldAccess.HWINIT;
import static io.jvfio.pci.config.RegisterField.field;
import static io.jvfio.pci.config.RegisterField.ro;
import static io.jvfio.pci.config.RegisterField.rw;

import io.jvfio.mmio.Field;

/**
 * Enhanced Allocation: fixed addresses, in entries of varying length. Then the two kinds of resizable BARs.
 *
 * <p>Sources: PCIe 6.0, 7.8.5, 7.8.6 and 7.8.7.
 */
final class AllocationTables {
    private static final RegisterField ENTRIES = ro("NumEntries", 5, 0);
    private static final Register EA = Register.of16("EACap", 2, ENTRIES);

    private static final Register EA_BRIDGE =
            Register.of32("EABuses", 4, ro("Secondary", 7, 0), ro("Subordinate", 15, 8));

    private static final RegisterField SIZE = ro("EntrySize", 2, 0);
    private static final Wording INDICATOR = Wording.choice(
            "BAR0",
            "BAR1",
            "BAR2",
            "BAR3",
            "BAR4",
            "BAR5",
            "resource behind function",
            "not indicated",
            "expansion ROM",
            "VF-BAR0",
            "VF-BAR1",
            "VF-BAR2",
            "VF-BAR3",
            "VF-BAR4",
            "VF-BAR5");

    private static final Register ENTRY = Register.of32(
            "Entry",
            0,
            SIZE,
            ro("Indicator", 7, 4, INDICATOR),
            ro("Primary", 15, 8, AllocationTables::property),
            ro("Secondary", 23, 16, AllocationTables::property),
            field("Writable", 30, 30, HWINIT, Wording.NUMBER),
            rw("Enable", 31));

    /** The lowest bits are 1. */
    private static final Wording LAST_BYTE = value -> Wording.hex(8).word(value << 2 | 3);

    /** Of a base and of a limit: the upper half follows behind both lower ones. */
    private static final Field WIDE = Field.bit(1);

    static final CapabilityLayout ENHANCED =
            new CapabilityLayout("EA", "Enhanced Allocation", AllocationTables::enhanced);

    private static final RegisterField COUNT = ro("Count", 7, 5);
    private static final Register RESIZE_CONTROL = Register.of32(
            "Ctrl",
            0,
            ro("BAR", 2, 0),
            COUNT,
            rw("Size", 13, 8, AllocationTables::size),
            ro("MoreSizes", 31, 16, value -> sizes(value, 28)));
    private static final Register RESIZE_CAP = Register.of32("Cap", 0, ro("Sizes", 31, 4, value -> sizes(value, 0)));

    private static final int MOST_BARS = 6;

    static final CapabilityLayout RESIZABLE =
            new CapabilityLayout("ReBAR", "Resizable BAR", AllocationTables::resizable);
    static final CapabilityLayout VF_RESIZABLE =
            new CapabilityLayout("VFReBAR", "VF Resizable BAR", AllocationTables::resizable);

    private AllocationTables() {}

    private static void enhanced(Decoding at) {
        int entries = (int) ENTRIES.of(at.add(EA));
        int offset = 4;
        if (at.function().headerLayout() == PciRegisters.HEADER_BRIDGE) {
            at.add(EA_BRIDGE);
            offset += Integer.BYTES;
        }
        for (int entry = 0; entry < entries && !at.ended(); entry++) {
            offset += entry(at, "Entry" + entry, offset);
        }
    }

    /** One entry; how many bytes it takes. */
    private static int entry(Decoding at, String name, int offset) {
        int size = (int) SIZE.of(at.add(ENTRY.as(name, offset)));
        int end = offset + Integer.BYTES + Integer.BYTES * size;
        int next = offset + Integer.BYTES;
        boolean wideBase = size >= 1 && WIDE.isSet(at.peek32(next));
        if (size >= 1) {
            at.add(Register.of32(name + "Base", next, ro("64bit", 1), rw("Address", 31, 2, Wording.aligned(2, 8))));
        }
        boolean wideLimit = size >= 2 && WIDE.isSet(at.peek32(next + 4));
        if (size >= 2) {
            at.add(Register.of32(name + "MaxOffset", next + 4, ro("64bit", 1), rw("Offset", 31, 2, LAST_BYTE)));
        }
        int upper = next + 8;
        if (wideBase && upper < end) {
            at.add(Register.of32(name + "BaseUpper", upper, rw("Address", 31, 0, Wording.hex(8))));
            upper += Integer.BYTES;
        }
        if (wideLimit && upper < end) {
            at.add(Register.of32(name + "MaxOffsetUpper", upper, rw("Offset", 31, 0, Wording.hex(8))));
        }
        at.claim(end);
        return end - offset;
    }

    private static String property(long value) {
        return switch ((int) value) {
            case 0x00 -> "memory";
            case 0x01 -> "prefetchable memory";
            case 0x02 -> "I/O";
            case 0x03 -> "VF prefetchable memory";
            case 0x04 -> "VF memory";
            case 0x05 -> "memory behind bridge";
            case 0x06 -> "prefetchable memory behind bridge";
            case 0x07 -> "I/O behind bridge";
            case 0xfd -> "memory, unavailable";
            case 0xfe -> "I/O, unavailable";
            case 0xff -> "unavailable";
            default -> Wording.hex(2).word(value);
        };
    }

    private static void resizable(Decoding at) {
        int count = 1;
        for (int i = 0; i < count && !at.ended(); i++) {
            int offset = Integer.BYTES + Long.BYTES * i;
            at.add(RESIZE_CAP.as("Cap" + i, offset));
            int control = (int) at.add(RESIZE_CONTROL.as("Ctrl" + i, offset + Integer.BYTES));
            if (i == 0 && !at.ended()) {
                count = (int) COUNT.of(Integer.toUnsignedLong(control));
                if (count < 1 || count > MOST_BARS) {
                    at.report(ConfigFinding.Kind.IMPLAUSIBLE, count + " resizable BARs");
                    count = 1;
                }
            }
        }
    }

    /** {@code 256MB}: 0 is one mebibyte. */
    private static String size(long exponent) {
        String[] units = {"MB", "GB", "TB", "PB", "EB"};
        int unit = (int) exponent / 10;
        return unit < units.length ? (1 << exponent % 10) + units[unit] : "[" + exponent + "]";
    }

    private static String sizes(long bits, int first) {
        StringBuilder text = new StringBuilder();
        for (int bit = 0; bit < 28; bit++) {
            if ((bits >> bit & 1) != 0) {
                text.append(text.isEmpty() ? "" : ",").append(size(first + bit));
            }
        }
        return text.isEmpty() ? "none" : text.toString();
    }
}
