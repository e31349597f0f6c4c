// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci.config;

import java.util.Locale;
import java.util.Objects;

/**
 * Something in config space that is not as the specification says, or that could not be read.
 *
 * <p>Threads: immutable.
 *
 * @param kind what it is
 * @param offset where, in bytes from the start of config space
 * @param message what it is, in words
 */
public record ConfigFinding(Kind kind, int offset, String message) {

    /** Refuses null. */
    public ConfigFinding {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(message, "message");
    }

    /** Kinds of findings. */
    public enum Kind {
        /** Nobody answers: all bits are 1. */
        NO_ANSWER,
        /** Bytes that are needed are not at hand. */
        NOT_KNOWN,
        /** A list of capabilities comes back to a place that it has been at. */
        LOOP,
        /** A pointer has bits set that must be 0; they are ignored. */
        MISALIGNED,
        /** A pointer leads into the header. */
        IN_HEADER,
        /** A pointer leads out of config space, or out of the part where this kind of capability lives. */
        OUT_OF_RANGE,
        /** A capability is longer than the room that is left for it. */
        TRUNCATED,
        /** Two capabilities claim the same bytes. */
        OVERLAP,
        /** A register says what cannot be. */
        IMPLAUSIBLE
    }

    /** {@code 0x40: LOOP, …}. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "0x%02x: %s, %s", offset, kind, message);
    }
}
