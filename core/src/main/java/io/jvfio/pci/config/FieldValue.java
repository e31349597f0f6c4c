// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci.config;

import java.util.Objects;

/**
 * A field of a function's register, and what it read.
 *
 * <p>Threads: immutable.
 *
 * @param of the register that it is a part of
 * @param field what it is
 */
public record FieldValue(RegisterValue of, RegisterField field) {

    /** Refuses null. */
    public FieldValue {
        Objects.requireNonNull(of, "of");
        Objects.requireNonNull(field, "field");
    }

    /** The field's name. */
    public String name() {
        return field.name();
    }

    /** What was read, unsigned. */
    public long value() {
        return field.of(of.value());
    }

    /** Whether any of its bits was 1. */
    public boolean isSet() {
        return field.isSet(of.value());
    }

    /** The value in words. */
    public String word() {
        return field.flag() ? isSet() ? "+" : "-" : field.wording().word(value());
    }

    /** Name and value: {@code BusMaster+}, {@code Width=x4}. */
    public String text() {
        return field.flag() ? name() + word() : name() + "=" + word();
    }

    /**
     * What to write into the register so that this field gets another value and nothing else happens. Use
     * {@link io.jvfio.pci.ConfigSpace#write} to write it: that reads the register anew.
     *
     * @param current what the register reads now
     * @param value the new value, unsigned
     * @throws IllegalArgumentException if the field cannot be written, or the value has more bits than it
     */
    public long changed(long current, long value) {
        if (!field.access().writable()) {
            throw new IllegalArgumentException("field " + field + " of register " + of.name() + " cannot be written");
        }
        return of.register().with(current, field, value);
    }

    /** {@code DevCtl.MaxReadReq=512 bytes}. */
    @Override
    public String toString() {
        return of.name() + "." + text();
    }
}
