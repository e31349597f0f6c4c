// SPDX-License-Identifier: Apache-2.0
package io.jvfio.variant;

import java.util.List;

/**
 * What a rule can ask of a PCI function, in the order of the kernel's aliases ({@code scripts/mod/file2alias.c}); the
 * earlier tells more.
 *
 * <p>Threads: immutable.
 */
public enum MatchField {
    /** The vendor. */
    VENDOR(0, "v", 8),
    /** The device, within its vendor. */
    DEVICE(1, "d", 8),
    /** The subsystem's vendor. */
    SUBSYSTEM_VENDOR(2, "sv", 8),
    /** The subsystem, within its vendor. */
    SUBSYSTEM(3, "sd", 8),
    /** The base class. */
    BASE_CLASS(4, "bc", 2),
    /** The sub-class. */
    SUB_CLASS(5, "sc", 2),
    /** The programming interface. */
    INTERFACE(6, "i", 2);

    /** All of them. */
    public static final List<MatchField> ALL = List.of(values());

    private final int index;
    private final String letters;
    private final int digits;

    MatchField(int index, String letters, int digits) {
        this.index = index;
        this.letters = letters;
        this.digits = digits;
    }

    /** Its place among them, from 0. */
    public int index() {
        return index;
    }

    /** What stands before it in an alias. */
    String letters() {
        return letters;
    }

    /** How many hexadecimal digits it has in an alias. */
    public int digits() {
        return digits;
    }

    /** A value as aliases write it: upper-case hexadecimal digits, as many as the field has. */
    public String text(int value) {
        StringBuilder text = new StringBuilder(digits);
        for (int digit = digits - 1; digit >= 0; digit--) {
            text.append(Character.toUpperCase(Character.forDigit(value >>> 4 * digit & 0xf, 16)));
        }
        return text.toString();
    }
}
