// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import java.util.Locale;
import java.util.Objects;

/**
 * One look at the host.
 *
 * <p>Threads: immutable.
 *
 * @param kind what is asked
 * @param subject a file as a path from {@code /}, the name of a variable, or a function's address
 * @param filter what narrows the answer; empty if nothing does
 */
record HostQuestion(Kind kind, String subject, String filter) {

    /** What can be asked; the answer is always a list of texts, or none. Threads: immutable. */
    enum Kind {
        /** The text of a small file without the white space around it; one item. */
        TEXT,
        /** The names in a directory, in order. */
        NAMES,
        /** Where a symbolic link points, as it says itself; one item. */
        LINK,
        /** Whether a file is there: an empty list if so. */
        EXISTS,
        /** The lines of a file, or its parts between zero bytes, that have the filter in them. */
        LINES,
        /** Where a list of module files names the module in the filter: the number of its line, and the file. */
        MODULE_FILE,
        /** The first bytes of a small file, as hexadecimal digits; one item. */
        BYTES,
        /** What a block device has on it by its first bytes; one item, or an empty list if nothing is known. */
        SIGNATURE,
        /** Who has one of the nodes in the filter open: number, name and node for each. */
        HOLDERS,
        /** An environment variable; one item. */
        VARIABLE,
        /** Whether a VFIO driver is bound to a PCI function: an empty list if so. */
        VFIO,
        /** The nodes that VFIO has made for a PCI function and its group, as paths from {@code /}. */
        VFIO_NODES
    }

    /** Refuses null. */
    HostQuestion {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(subject, "subject");
        Objects.requireNonNull(filter, "filter");
    }

    /** A line of text that no other question has. */
    String key() {
        String text = kind.name().toLowerCase(Locale.ROOT) + " " + subject;
        return filter.isEmpty() ? text : text + " " + filter;
    }
}
