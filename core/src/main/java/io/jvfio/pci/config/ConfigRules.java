// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci.config;

import io.jvfio.Hex;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How each bit of a config space behaves: what it is at first, what a write does to it, whether it survives a reset, and
 * what else happens. The rules are of a function that is virtual, wholly or in part: a model, or a device whose config
 * space is shown to somebody else with changes. {@link #open} makes the space itself.
 *
 * <p>Bits are read-only unless {@link Builder#allow} says otherwise, and 0 unless {@link Builder#value} does.
 *
 * <p>Threads: immutable.
 */
public final class ConfigRules {
    private final int[] initial;
    private final int[] write;
    private final int[] clear;
    private final int[] start;
    private final int[] sticky;
    private final @Nullable ConfigHook[] hooks;
    private final BitSet described;

    private ConfigRules(Builder builder) {
        initial = builder.initial.clone();
        write = builder.write.clone();
        clear = builder.clear.clone();
        start = builder.start.clone();
        sticky = builder.sticky.clone();
        hooks = builder.hooks.clone();
        described = (BitSet) builder.taken.clone();
        described.or(builder.said);
    }

    /**
     * Rules of an empty config space.
     *
     * @param size bytes: 64, 256 or 4096
     * @throws IllegalArgumentException if it is another size
     */
    public static Builder builder(int size) {
        return new Builder(size);
    }

    /**
     * Rules of a config space that holds what another one does, read-only for now. What is not known of it is 0. A real
     * device can have registers that no list leads to and that read as 0: add capabilities to it at a place that its manual
     * says is free.
     *
     * @param below read once, in accesses of four bytes
     */
    public static Builder builder(ConfigView below) {
        ConfigImage image = ConfigImage.copy(below);
        Builder builder = new Builder(image.size());
        for (int offset = 0; offset < image.size(); offset += Integer.BYTES) {
            if (image.known(offset, Integer.BYTES)) {
                builder.value(offset, Integer.BYTES, image.read32(offset));
            }
        }
        builder.takeCapabilities(image);
        return builder;
    }

    /** How many bytes of config space there are. */
    public int size() {
        return initial.length * Integer.BYTES;
    }

    /**
     * Whether there is a rule for a byte: it is part of the header or of a capability, or its value, what a write does or
     * a hook was said. All others are 0 and read-only for want of a register.
     *
     * @param offset bytes from the start of config space
     */
    public boolean describes(int offset) {
        return described.get(offset);
    }

    /** A config space with these rules, in its initial state. */
    public VirtualConfig open() {
        return new VirtualConfig(this);
    }

    int initial(int word) {
        return initial[word];
    }

    /** What four bytes become by a reset: only sticky bits keep their value. */
    int afterReset(int word, int before) {
        return before & sticky[word] | initial[word] & ~sticky[word];
    }

    /**
     * What four bytes become by a write.
     *
     * @param lanes which bits were written
     */
    int afterWrite(int word, int before, int written, int lanes) {
        int taken = write[word] & lanes;
        return (before & ~taken | written & taken) & ~(written & clear[word] & lanes);
    }

    /** Which bits a write starts something with. */
    int started(int word, int written, int lanes) {
        return written & start[word] & lanes;
    }

    @Nullable ConfigHook hook(int word) {
        return hooks[word];
    }

    /**
     * Collects rules.
     *
     * <p>Threads: one at a time.
     */
    public static final class Builder {
        private static final int ALIGNMENT = 4;

        private final int[] initial;
        private final int[] write;
        private final int[] clear;
        private final int[] start;
        private final int[] sticky;
        private final @Nullable ConfigHook[] hooks;

        /** Which bytes a capability or the header has. */
        private final BitSet taken = new BitSet();

        /** Which bytes a rule was given for. */
        private final BitSet said = new BitSet();

        private int lastStandard;
        private int lastExtended;

        private Builder(int size) {
            if (size != PciRegisters.HEADER_SIZE
                    && size != PciRegisters.CONVENTIONAL_SIZE
                    && size != PciRegisters.EXTENDED_SIZE) {
                throw new IllegalArgumentException(
                        "config space of " + Hex.of(size) + " bytes is none of 0x40, 0x100 and 0x1000");
            }
            int words = size / Integer.BYTES;
            initial = new int[words];
            write = new int[words];
            clear = new int[words];
            start = new int[words];
            sticky = new int[words];
            hooks = new ConfigHook[words];
            taken.set(0, PciRegisters.HEADER_SIZE);
        }

        /** How many bytes of config space there are. */
        public int size() {
            return initial.length * Integer.BYTES;
        }

        /**
         * Gives a register its initial value, to which a reset returns it.
         *
         * @param offset bytes from the start of config space, aligned or not
         * @param width 1, 2 or 4 bytes
         * @param value the little-endian register; bits above the width are ignored
         */
        public Builder value(int offset, int width, int value) {
            check(offset, width);
            put(initial, offset, width, -1, value);
            said.set(offset, offset + width);
            return this;
        }

        /** The initial value that a register has so far, zero-extended. */
        public int value(int offset, int width) {
            check(offset, width);
            return take(initial, offset, width);
        }

        /**
         * Says what software may do with bits of a register; the last word on a bit counts.
         *
         * @param offset bytes from the start of config space, aligned or not
         * @param width 1, 2 or 4 bytes
         * @param mask which bits of the register
         * @param access what may be done
         */
        public Builder allow(int offset, int width, int mask, FieldAccess access) {
            check(offset, width);
            boolean keeps = access == FieldAccess.RW || access == FieldAccess.RWS;
            boolean clears = access == FieldAccess.RW1C || access == FieldAccess.RW1CS;
            boolean survives = access == FieldAccess.ROS || access == FieldAccess.RWS || access == FieldAccess.RW1CS;
            put(write, offset, width, mask, keeps ? -1 : 0);
            put(clear, offset, width, mask, clears ? -1 : 0);
            put(start, offset, width, mask, access == FieldAccess.RW1S ? -1 : 0);
            put(sticky, offset, width, mask, survives ? -1 : 0);
            said.set(offset, offset + width);
            return this;
        }

        /**
         * Says what software may do with each field of a register, as its table has it.
         *
         * @param base where the register's capability starts, in bytes from the start of config space
         * @param register at most 8 bytes wide
         */
        public Builder allow(int base, Register register) {
            for (RegisterField field : register.fields()) {
                long mask = field.bits().mask();
                int at = base + register.offset();
                int low = Math.min(register.width(), Integer.BYTES);
                allow(at, low, (int) mask, field.access());
                if (register.width() > Integer.BYTES) {
                    allow(at + Integer.BYTES, Integer.BYTES, (int) (mask >>> Integer.SIZE), field.access());
                }
            }
            return this;
        }

        /**
         * Adds what else happens on access to registers. Each four bytes have one hook at most.
         *
         * @param offset bytes from the start of config space
         * @param length bytes; every aligned four bytes that they touch get the hook
         * @throws IllegalStateException if there is a hook already
         */
        public Builder hook(int offset, int length, ConfigHook hook) {
            Objects.requireNonNull(hook, "hook");
            Objects.checkFromIndexSize(offset, length, size());
            for (int word = offset >> 2; word <= offset + length - 1 >> 2; word++) {
                if (hooks[word] != null) {
                    throw new IllegalStateException("there is a hook at " + Hex.of(word << 2));
                }
                hooks[word] = hook;
            }
            said.set(offset, offset + length);
            return this;
        }

        /**
         * Adds a standard capability where there is room, at the end of the list. Its body is read-only zeroes until it
         * is given values and rules.
         *
         * @param id the capability's id, 0 to 0xff
         * @param length bytes, the header's two included
         * @return where it starts, in bytes from the start of config space
         * @throws IllegalArgumentException if there is no room
         */
        public int capability(int id, int length) {
            return capability(id, length, room(PciRegisters.HEADER_SIZE, standardEnd(), length));
        }

        /**
         * Adds a standard capability at a place of the caller's choice.
         *
         * @param id the capability's id, 0 to 0xff
         * @param length bytes, the header's two included
         * @param offset a multiple of 4, in 0x40 to 0xff
         * @return {@code offset}
         * @throws IllegalArgumentException if the place is not free
         */
        public int capability(int id, int length, int offset) {
            Objects.checkIndex(id, 0x100);
            claim(offset, length, PciRegisters.HEADER_SIZE, standardEnd());
            value(offset, 1, id);
            if (lastStandard == 0) {
                value(PciRegisters.CAPABILITIES, 1, offset);
                value(PciRegisters.STATUS, 2, value(PciRegisters.STATUS, 2) | PciRegisters.STATUS_CAPABILITIES);
            } else {
                value(lastStandard + 1, 1, offset);
            }
            lastStandard = offset;
            return offset;
        }

        /**
         * Adds a standard capability whose registers are known, where there is room: its length, and what software may do
         * with each field, are as the specification has them. The bits of optional parts that a function does not have are
         * 0 there and read-only: take them back with {@link #allow(int, int, int, FieldAccess)}.
         *
         * @param id the capability's id
         * @param word its two bytes behind the header, by which some say which registers follow: message control, the
         *     PCIe or the power management capabilities
         * @return where it starts, in bytes from the start of config space
         * @throws IllegalArgumentException if its registers are not known, or there is no room
         */
        public int knownCapability(int id, int word) {
            int at = PciRegisters.HEADER_SIZE;
            CapabilityLayout layout = CapabilityTables.of(new CapabilityHeader(false, id, 0, at));
            if (!layout.known()) {
                throw new IllegalArgumentException("the registers of capability " + Hex.of(id) + " are not known");
            }
            ConfigView alone = new Builder(PciRegisters.CONVENTIONAL_SIZE)
                    .value(at + Short.BYTES, Short.BYTES, word)
                    .build()
                    .open();
            Decoding table = decoding(alone, at, PciRegisters.CONVENTIONAL_SIZE);
            layout.body().decode(table);
            int offset = capability(id, table.size());
            value(offset + Short.BYTES, Short.BYTES, word);
            table.registers().forEach(each -> allow(offset, each.register()));
            return offset;
        }

        /**
         * Says what software may do with the registers of an endpoint's header, as the specification has it. BARs and ROM
         * stay read-only: their size decides. Optional bits are as those of {@link #knownCapability}.
         */
        public Builder header() {
            Decoding table = decoding(build().open(), 0, PciRegisters.HEADER_SIZE);
            HeaderTables.decode(table);
            table.registers().stream()
                    .map(RegisterValue::register)
                    .filter(register -> !HeaderTables.isAddress(register))
                    .forEach(register -> allow(0, register));
            return this;
        }

        private static Decoding decoding(ConfigView view, int start, int limit) {
            return new Decoding(
                    new Decoding.Function(view, PciRegisters.HEADER_ENDPOINT, 0, 0),
                    start,
                    limit,
                    0,
                    new ArrayList<>());
        }

        /**
         * Adds an extended capability where there is room, at the end of the list; the first one at 0x100, where the list
         * starts.
         *
         * @param id the capability's id, 1 to 0xffff
         * @param version 0 to 0xf
         * @param length bytes, the header's four included
         * @return where it starts, in bytes from the start of config space
         * @throws IllegalArgumentException if there is no room
         */
        public int extendedCapability(int id, int version, int length) {
            int offset = lastExtended == 0
                    ? PciRegisters.CONVENTIONAL_SIZE
                    : room(PciRegisters.CONVENTIONAL_SIZE, size(), length);
            return extendedCapability(id, version, length, offset);
        }

        /**
         * Adds an extended capability at a place of the caller's choice.
         *
         * @param id the capability's id, 1 to 0xffff
         * @param version 0 to 0xf
         * @param length bytes, the header's four included
         * @param offset a multiple of 4, in 0x100 to 0xfff; 0x100 if it is the first
         * @return {@code offset}
         * @throws IllegalArgumentException if the place is not free
         */
        public int extendedCapability(int id, int version, int length, int offset) {
            Objects.checkIndex(id, 0x1_0000);
            Objects.checkIndex(version, 0x10);
            if (lastExtended == 0 && offset != PciRegisters.CONVENTIONAL_SIZE) {
                throw new IllegalArgumentException(
                        "the first extended capability is at 0x100, not at " + Hex.of(offset));
            }
            claim(offset, length, PciRegisters.CONVENTIONAL_SIZE, size());
            value(offset, Integer.BYTES, id | version << 16);
            if (lastExtended != 0) {
                value(lastExtended + 2, 2, value(lastExtended + 2, 2) & 0xf | offset << 4);
            }
            lastExtended = offset;
            return offset;
        }

        /** The rules. The builder can be used further and does not change them. */
        public ConfigRules build() {
            return new ConfigRules(this);
        }

        /**
         * Finds where the lists of a copied space end, and which bytes are not free: those of capabilities, and those that
         * are not 0 although no list leads to them.
         */
        private void takeCapabilities(ConfigView image) {
            for (Capability each : ConfigContents.of(image).capabilities()) {
                CapabilityHeader header = each.header();
                if (header.extended()) {
                    lastExtended = header.offset();
                } else {
                    lastStandard = header.offset();
                }
                taken.set(header.offset(), each.last() + 1);
            }
            for (int at = PciRegisters.HEADER_SIZE; at < size(); at++) {
                if (take(initial, at, 1) != 0) {
                    taken.set(at & -ALIGNMENT, (at | ALIGNMENT - 1) + 1);
                }
            }
        }

        private int standardEnd() {
            return Math.min(size(), PciRegisters.CONVENTIONAL_SIZE);
        }

        private int room(int from, int end, int length) {
            for (int at = from; at <= end - length; at += ALIGNMENT) {
                int next = taken.nextSetBit(at);
                if (next < 0 || next >= at + length) {
                    return at;
                }
            }
            throw new IllegalArgumentException("no room for a capability of " + Hex.of(length) + " bytes between "
                    + Hex.of(from) + " and " + Hex.of(end));
        }

        private void claim(int offset, int length, int from, int end) {
            int next = taken.nextSetBit(Math.max(offset, 0));
            if (length < Short.BYTES
                    || offset < from
                    || offset > end - length
                    || offset % ALIGNMENT != 0
                    || next >= 0 && next < offset + length) {
                throw new IllegalArgumentException(
                        "a capability of " + Hex.of(length) + " bytes has no place at " + Hex.of(offset));
            }
            taken.set(offset, offset + length);
        }

        private void check(int offset, int width) {
            if (width != Byte.BYTES && width != Short.BYTES && width != Integer.BYTES) {
                throw new IllegalArgumentException("a register of " + width + " bytes");
            }
            Objects.checkFromIndexSize(offset, width, size());
        }

        private static void put(int[] words, int offset, int width, int mask, int value) {
            for (int i = 0; i < width; i++) {
                int bit = (offset + i & 3) * Byte.SIZE;
                int bits = (mask >>> i * Byte.SIZE & 0xff) << bit;
                int word = offset + i >> 2;
                words[word] = words[word] & ~bits | (value >>> i * Byte.SIZE & 0xff) << bit & bits;
            }
        }

        private static int take(int[] words, int offset, int width) {
            int value = 0;
            for (int i = 0; i < width; i++) {
                value |= (words[offset + i >> 2] >>> (offset + i & 3) * Byte.SIZE & 0xff) << i * Byte.SIZE;
            }
            return value;
        }
    }

    /** {@code rules of 0x1000 bytes, 214 writable bits}. */
    @Override
    public String toString() {
        int writable = Arrays.stream(write).map(Integer::bitCount).sum();
        return "rules of " + Hex.of(size()) + " bytes, " + writable + " writable bits";
    }
}
