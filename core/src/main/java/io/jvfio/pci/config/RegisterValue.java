// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci.config;

import io.jvfio.Hex;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A register of a function, and what it read.
 *
 * <p>Threads: immutable.
 *
 * @param register what it is
 * @param offset where, in bytes from the start of config space
 * @param value what was read, in its low bits
 */
public record RegisterValue(Register register, int offset, long value) {

    /** Refuses null. */
    public RegisterValue {
        Objects.requireNonNull(register, "register");
    }

    /** The register's name. */
    public String name() {
        return register.name();
    }

    /** Its fields, from the lowest bit up. */
    public List<FieldValue> fields() {
        return register.fields().stream()
                .map(field -> new FieldValue(this, field))
                .toList();
    }

    /**
     * One of its fields.
     *
     * @throws IllegalArgumentException if it has none of this name
     */
    public FieldValue field(String name) {
        return find(name)
                .orElseThrow(() -> new IllegalArgumentException(
                        "register " + name() + " has no field \"" + name + "\"; it has " + register.fields()));
    }

    /** One of its fields, if it has it. */
    public Optional<FieldValue> find(String name) {
        Objects.requireNonNull(name, "name");
        return register.fields().stream()
                .filter(field -> field.name().equals(name))
                .findFirst()
                .map(field -> new FieldValue(this, field));
    }

    /** The fields in words, or the value in hexadecimal if it has none. */
    public String text() {
        if (register.fields().isEmpty()) {
            return Wording.hex(2 * register.width()).word(value);
        }
        StringBuilder text = new StringBuilder();
        for (FieldValue field : fields()) {
            text.append(text.isEmpty() ? "" : " ").append(field.text());
        }
        return text.toString();
    }

    /** {@code DevCtl at 0x68: …}. */
    @Override
    public String toString() {
        return name() + " at " + Hex.of(offset) + ": " + text();
    }
}
