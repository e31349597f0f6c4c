// SPDX-License-Identifier: Apache-2.0
package io.jvfio.variant;

import io.jvfio.Hex;
import io.jvfio.pci.config.FieldAccess;
import io.jvfio.pci.config.PciRegisters;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What a variant shows in config space in place of what the device below has there. All bits that it does not name are the
 * device's own, read and written as ever.
 *
 * <p>Threads: immutable.
 */
public final class ConfigOverlay {
    private static final ConfigOverlay NONE = builder().build();

    /** Bits that are virtual. */
    record Bits(int offset, int width, int mask, int value, FieldAccess access) {}

    /** A capability that is added. */
    record Added(boolean extended, int id, int version, int length, int offset) {
        boolean overlaps(Added other) {
            return offset < other.offset + other.length && other.offset < offset + length;
        }
    }

    /** A hook and the bytes whose writes it is told of. */
    record Hooked(int offset, int length, OverlayHook hook) {
        boolean touches(int at, int width) {
            return at < offset + length && at + width > offset;
        }
    }

    private final List<Bits> bits;
    private final List<Bits> clearedBelow;
    private final List<Added> capabilities;
    private final List<Hooked> hooks;

    private ConfigOverlay(Builder builder) {
        bits = List.copyOf(builder.bits);
        clearedBelow = List.copyOf(builder.clearedBelow);
        capabilities = List.copyOf(builder.capabilities);
        hooks = List.copyOf(builder.hooks);
    }

    /** Nothing is virtual. */
    public static ConfigOverlay none() {
        return NONE;
    }

    /** An overlay of nothing so far. */
    public static Builder builder() {
        return new Builder();
    }

    boolean isEmpty() {
        return bits.isEmpty() && capabilities.isEmpty() && hooks.isEmpty();
    }

    List<Bits> bits() {
        return bits;
    }

    List<Bits> clearedBelow() {
        return clearedBelow;
    }

    List<Added> capabilities() {
        return capabilities;
    }

    List<Hooked> hooks() {
        return hooks;
    }

    /**
     * Collects what is virtual.
     *
     * <p>Threads: one at a time.
     */
    public static final class Builder {
        private final List<Bits> bits = new ArrayList<>();
        private final List<Bits> clearedBelow = new ArrayList<>();
        private final List<Added> capabilities = new ArrayList<>();
        private final List<Hooked> hooks = new ArrayList<>();

        private Builder() {}

        /**
         * Makes all bits of a register virtual.
         *
         * @param offset bytes from the start of config space, aligned or not
         * @param width 1, 2 or 4 bytes
         * @param value what is read at first, and after a reset unless the access is sticky
         * @param access what software may do with it
         */
        public Builder register(int offset, int width, int value, FieldAccess access) {
            return bits(offset, width, -1, value, access);
        }

        /** Makes the bits of a mask virtual. As {@link #register}. */
        public Builder bits(int offset, int width, int mask, int value, FieldAccess access) {
            check(offset, width);
            Objects.requireNonNull(access, "access");
            bits.add(new Bits(offset, width, mask, value, access));
            return this;
        }

        /**
         * Declares bits of a vendor's register that the device clears when they are written as 1, so that a write to what
         * lies beside never does. Those of the specification are known.
         */
        public Builder clearedByOnes(int offset, int width, int mask) {
            check(offset, width);
            clearedBelow.add(new Bits(offset, width, mask, 0, FieldAccess.RW1C));
            return this;
        }

        /**
         * Adds a standard capability at the end of the list. Its header is virtual; its body is the device's bytes at that
         * place unless they are made virtual too.
         *
         * @param id 0 to 0xff
         * @param length bytes, the header's two included
         * @param offset a multiple of 4, in 0x40 to 0xff, where no capability of the device lies
         */
        public Builder capability(int id, int length, int offset) {
            Objects.checkIndex(id, 0x100);
            range(offset, length, Short.BYTES, PciRegisters.HEADER_SIZE, PciRegisters.CONVENTIONAL_SIZE);
            capabilities.add(new Added(false, id, 0, length, offset));
            return this;
        }

        /**
         * Adds an extended capability at the end of the list, which the device must have. As {@link #capability}.
         *
         * @param id 1 to 0xffff
         * @param version 0 to 0xf
         * @param length bytes, the header's four included
         * @param offset a multiple of 4, in 0x104 to 0xfff
         */
        public Builder extendedCapability(int id, int version, int length, int offset) {
            Objects.checkIndex(id - 1, 0xffff);
            Objects.checkIndex(version, 0x10);
            range(
                    offset,
                    length,
                    Integer.BYTES,
                    PciRegisters.CONVENTIONAL_SIZE + Integer.BYTES,
                    PciRegisters.EXTENDED_SIZE);
            capabilities.add(new Added(true, id, version, length, offset));
            return this;
        }

        /** Tells a hook of each write that touches these bytes, virtual or not. */
        public Builder hook(int offset, int length, OverlayHook hook) {
            Objects.checkFromIndexSize(offset, length, PciRegisters.EXTENDED_SIZE);
            hooks.add(new Hooked(offset, length, Objects.requireNonNull(hook, "hook")));
            return this;
        }

        /** The overlay. The builder can be used further and does not change it. */
        public ConfigOverlay build() {
            return new ConfigOverlay(this);
        }

        private static void range(int offset, int length, int least, int start, int end) {
            if (offset % 4 != 0 || offset < start || length < least || length > end - offset) {
                throw new IllegalArgumentException("a capability of " + Hex.of(length) + " bytes at " + Hex.of(offset)
                        + " does not lie between " + Hex.of(start) + " and " + Hex.of(end) + ", at a multiple of 4");
            }
        }

        private static void check(int offset, int width) {
            if (width != 1 && width != 2 && width != 4) {
                throw new IllegalArgumentException("a register of " + width + " bytes");
            }
            Objects.checkFromIndexSize(offset, width, PciRegisters.EXTENDED_SIZE);
        }
    }
}
