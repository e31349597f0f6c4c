// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci.config;

import java.util.Locale;

/**
 * A capability that config space announces.
 *
 * <p>Threads: immutable.
 *
 * @param extended whether it is an extended one: the two kinds number their ids apart
 * @param id the capability's id; 0 to 0xff, extended 0 to 0xffff
 * @param version of an extended one, 0 to 15; 0 for others
 * @param offset where it starts, in bytes from the start of config space
 */
public record CapabilityHeader(boolean extended, int id, int version, int offset) {

    /** What it is, in words: {@code Power Management}; {@code unknown capability} if its id is not known. */
    public String title() {
        return CapabilityTables.of(this).title();
    }

    /** {@code capability 0x11 at 0x70}. */
    @Override
    public String toString() {
        return extended
                ? String.format(Locale.ROOT, "extended capability 0x%04x version %d at 0x%x", id, version, offset)
                : String.format(Locale.ROOT, "capability 0x%02x at 0x%x", id, offset);
    }
}
