// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci.config;

/**
 * What is known of a kind of capability.
 *
 * @param name short
 * @param title in words
 * @param known whether its registers are; else what follows the header is shown as it is
 * @param body which registers it has
 */
record CapabilityLayout(String name, String title, boolean known, Body body) {

    CapabilityLayout(String name, String title, Body body) {
        this(name, title, true, body);
    }

    /** Picks the registers that a capability has; most have the same always. */
    @FunctionalInterface
    interface Body {
        void decode(Decoding at);
    }

    /** A capability that always has the same registers. */
    static CapabilityLayout fixed(String name, String title, Register... registers) {
        return new CapabilityLayout(name, title, at -> at.addAll(registers));
    }

    /** A capability that has a name and is shown raw. */
    static CapabilityLayout named(String name, String title) {
        return new CapabilityLayout(name, title, false, Decoding::addRest);
    }
}
