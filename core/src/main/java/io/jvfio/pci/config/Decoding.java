// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci.config;

import io.jvfio.Hex;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Takes one capability, or the header, apart. Registers that are not known are left out, and said once; after that
 * nothing more is read, so a body that counts on a value ends soon.
 *
 * <p>Threads: one at a time.
 */
final class Decoding {
    private static final int ROOT_PORT = 4;
    private static final int EVENT_COLLECTOR = 10;
    private static final int MOST_LANES = 32;

    private final Function function;
    private final int start;
    private final int limit;
    private final int version;
    private final List<RegisterValue> registers = new ArrayList<>();
    private final List<ConfigFinding> findings;
    private int size;
    private RawBytes raw;
    private boolean ended;

    /**
     * What other capabilities want to know of the function.
     *
     * @param view its config space
     * @param headerLayout 0 for an endpoint, 1 for a bridge, 2 for CardBus
     * @param vendor the vendor's id
     * @param expressOffset where the PCIe capability is, or 0
     */
    record Function(ConfigView view, int headerLayout, int vendor, int expressOffset) {}

    /**
     * A capability's decoding.
     *
     * @param function whose it is
     * @param start of the capability
     * @param limit where the room for it ends
     * @param version of an extended one
     * @param findings where to report to
     */
    Decoding(Function function, int start, int limit, int version, List<ConfigFinding> findings) {
        this.function = function;
        this.start = start;
        this.limit = limit;
        this.version = version;
        this.findings = findings;
        this.raw = new RawBytes(start, List.of());
    }

    Function function() {
        return function;
    }

    int version() {
        return version;
    }

    /** Whether something was missing: loops end here. */
    boolean ended() {
        return ended;
    }

    List<RegisterValue> registers() {
        return registers;
    }

    RawBytes raw() {
        return raw;
    }

    int size() {
        return size;
    }

    void addAll(Register... all) {
        addAll(Arrays.asList(all));
    }

    void addAll(List<Register> all) {
        for (Register register : all) {
            add(register);
        }
    }

    /** Reads a register and keeps it; its value, or 0 if it cannot be read. */
    long add(Register register) {
        if (!reaches(register.offset(), register.width())) {
            return 0;
        }
        int offset = start + register.offset();
        long value = read(offset, register.width());
        registers.add(new RegisterValue(register, offset, value));
        claim(register.offset() + register.width());
        return value;
    }

    /** Reads without keeping: for what decides which register it is. 0 if it cannot be read. */
    int peek32(int offset) {
        return reaches(offset, Integer.BYTES) ? function.view().read32(start + offset) : 0;
    }

    /** The bytes up to this offset belong to the capability. */
    void claim(int end) {
        size = Math.max(size, Math.min(end, limit - start));
    }

    /**
     * Keeps bytes as they are.
     *
     * @param from where they start in the capability
     * @param end where they end; what is beyond the room for the capability is a finding
     */
    void addRaw(int from, int end) {
        if (end > limit - start) {
            report(
                    ConfigFinding.Kind.TRUNCATED,
                    "it claims " + Hex.of(end) + " bytes, and there is room for " + Hex.of(limit - start));
        }
        int bounded = Math.min(end, limit - start);
        if (from < bounded) {
            raw = RawBytes.of(function.view(), start + from, start + bounded);
            claim(bounded);
        }
    }

    /** Keeps what follows the header as it is, up to the next capability or the zeros before it; that is no claim to it. */
    void addRest() {
        raw = RawBytes.of(function.view(), start + size, limit).trimmed();
    }

    void report(ConfigFinding.Kind kind, String message) {
        findings.add(new ConfigFinding(kind, start, message));
    }

    /** How many lanes the function's link can have; 1 if it says nothing or nonsense. */
    int lanes() {
        int at = function.expressOffset();
        if (at == 0 || !function.view().known(at + PciRegisters.EXPRESS_LINK_CAPABILITIES, Integer.BYTES)) {
            return 1;
        }
        int width = function.view().read32(at + PciRegisters.EXPRESS_LINK_CAPABILITIES) >>> 4 & 0x3f;
        return width >= 1 && width <= MOST_LANES ? width : 1;
    }

    /** Whether the function is one that collects errors: a root port or an event collector. */
    boolean rootErrors() {
        int at = function.expressOffset();
        if (at == 0 || !function.view().known(at + PciRegisters.EXPRESS_CAPABILITIES, Short.BYTES)) {
            return false;
        }
        int type = function.view().read16(at + PciRegisters.EXPRESS_CAPABILITIES) >> 4 & 0xf;
        return type == ROOT_PORT || type == EVENT_COLLECTOR;
    }

    private boolean reaches(int offset, int width) {
        if (ended) {
            return false;
        }
        int at = start + offset;
        if (function.view().known(at, width) && at + width <= limit) {
            return true;
        }
        ended = true;
        boolean outside = at + width > limit;
        report(
                outside ? ConfigFinding.Kind.TRUNCATED : ConfigFinding.Kind.NOT_KNOWN,
                outside
                        ? "config space ends before its register at " + Hex.of(at)
                        : "its register at " + Hex.of(at) + " is not at hand");
        return false;
    }

    private long read(int offset, int width) {
        ConfigView view = function.view();
        return switch (width) {
            case Byte.BYTES -> view.read8(offset);
            case Short.BYTES -> view.read16(offset);
            case Integer.BYTES -> Integer.toUnsignedLong(view.read32(offset));
            default ->
                Integer.toUnsignedLong(view.read32(offset))
                        | (long) view.read32(offset + Integer.BYTES) << Integer.SIZE;
        };
    }
}
