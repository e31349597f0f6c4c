// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci.config;

import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * A register of config space. Bits that no field has are reserved.
 *
 * <p>Threads: immutable.
 *
 * @param name short, the same as {@code lspci}'s where that has one
 * @param offset bytes from the start of the capability, or of config space for the header's
 * @param width 1, 2, 4 or 8 bytes
 * @param fields from the lowest bit up
 * @param reservedZero whether reserved bits are written as 0 (RsvdZ); else as they were read (RsvdP)
 */
public record Register(String name, int offset, int width, List<RegisterField> fields, boolean reservedZero) {

    /** Checks that the fields lie inside and apart. */
    public Register {
        Objects.requireNonNull(name, "name");
        fields = List.copyOf(fields);
        long taken = 0;
        Set<String> names = new HashSet<>();
        for (RegisterField field : fields) {
            long mask = field.bits().mask();
            if (field.bits().high() >= width * Byte.SIZE || (taken & mask) != 0 || !names.add(field.name())) {
                throw new IllegalArgumentException("field " + field + " does not fit into register " + name);
            }
            taken |= mask;
        }
    }

    static Register of8(String name, int offset, RegisterField... fields) {
        return new Register(name, offset, Byte.BYTES, List.of(fields), false);
    }

    static Register of16(String name, int offset, RegisterField... fields) {
        return new Register(name, offset, Short.BYTES, List.of(fields), false);
    }

    static Register of32(String name, int offset, RegisterField... fields) {
        return new Register(name, offset, Integer.BYTES, List.of(fields), false);
    }

    static Register of64(String name, int offset, RegisterField... fields) {
        return new Register(name, offset, Long.BYTES, List.of(fields), false);
    }

    /** The same register with reserved bits that must be written as 0. */
    Register zeroes() {
        return new Register(name, offset, width, fields, true);
    }

    /** The same register elsewhere, under another name: one of several that are alike. */
    Register as(String otherName, int otherOffset) {
        return new Register(otherName, otherOffset, width, fields, reservedZero);
    }

    /**
     * What to write so that one field changes and nothing else happens: other fields keep their value, bits that are
     * cleared or started by writing 1 are written as 0, reserved ones as their kind asks for.
     *
     * @param current what the register reads
     * @param field one of its fields
     * @param value the field's new value
     */
    long with(long current, RegisterField field, long value) {
        long kept = reservedZero ? 0 : -1L >>> Long.SIZE - width * Byte.SIZE;
        for (RegisterField other : fields) {
            long mask = other.bits().mask();
            kept = other.access().triggered() ? kept & ~mask : kept | mask;
        }
        return field.bits().set(current & kept, value);
    }
}
