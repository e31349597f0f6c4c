// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci.config;

import io.jvfio.Hex;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A capability, taken apart.
 *
 * <p>Threads: immutable.
 *
 * @param header where it is, and which
 * @param name short, for programs: {@code MSI}
 * @param title what it is, in words
 * @param size how many bytes it takes, as far as that is known; 4 at least
 * @param registers those that it has, in the order of their offsets as a rule
 * @param raw what follows them and is not taken apart; empty as a rule
 */
public record Capability(
        CapabilityHeader header, String name, String title, int size, List<RegisterValue> registers, RawBytes raw) {

    /** Copies the list and refuses null. */
    public Capability {
        Objects.requireNonNull(header, "header");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(title, "title");
        Objects.requireNonNull(raw, "raw");
        registers = List.copyOf(registers);
    }

    /** Its last byte, from the start of config space. */
    public int last() {
        return header.offset() + size - 1;
    }

    /**
     * One of its registers.
     *
     * @throws IllegalArgumentException if it has none of this name
     */
    public RegisterValue register(String registerName) {
        return find(registerName)
                .orElseThrow(() -> new IllegalArgumentException(
                        name + " at " + Hex.of(header.offset()) + " has no register \"" + registerName
                                + "\"; it has "
                                + registers.stream().map(RegisterValue::name).toList()));
    }

    /** One of its registers, if it has it. */
    public Optional<RegisterValue> find(String registerName) {
        Objects.requireNonNull(registerName, "registerName");
        return registers.stream()
                .filter(register -> register.name().equals(registerName))
                .findFirst();
    }
}
