// SPDX-License-Identifier: Apache-2.0
package io.jvfio.variant;

import io.jvfio.Hex;

/**
 * How closely a rule describes a device. Of two rules that match the same device and have equal keys, both ask the same
 * of it, word for word: then there is no better one.
 *
 * <p>Threads: immutable.
 *
 * @param fields which of the seven fields ask for a value, the vendor as bit 6 down to the interface as bit 0; of as many
 *     the larger number is better (K2)
 */
public record RankKey(int fields) implements Comparable<RankKey> {

    /** Refuses numbers that no rule has. */
    public RankKey {
        if (fields < 0 || fields >>> MatchField.ALL.size() != 0) {
            throw new IllegalArgumentException("fields " + Hex.of(fields) + " are more than seven");
        }
    }

    /** How many of the seven fields take every value, 0 to 7; fewer is better (K1). */
    public int wildcards() {
        return MatchField.ALL.size() - Integer.bitCount(fields);
    }

    /** Orders the better before the worse. */
    @Override
    public int compareTo(RankKey other) {
        return wildcards() != other.wildcards()
                ? Integer.compare(wildcards(), other.wildcards())
                : Integer.compare(other.fields, fields);
    }

    /** Whether the rule asks for nothing. */
    public boolean isGeneric() {
        return fields == 0;
    }

    /** The fields as seven digits, {@code 1100000} for vendor and device. */
    public String fieldText() {
        String digits = Integer.toBinaryString(fields);
        return "0".repeat(MatchField.ALL.size() - digits.length()) + digits;
    }
}
