// SPDX-License-Identifier: Apache-2.0
package io.jvfio.device;

import java.util.List;
import java.util.Objects;

/**
 * What a site has laid down about variants and layers. jvfio reads no file for it: the command does, a program brings its
 * own.
 *
 * <p>Threads: immutable.
 *
 * @param lines in the order in which they were laid down; of two that say something else of the same the later counts
 */
public record VariantPolicy(List<Line> lines) {
    private static final VariantPolicy EMPTY = new VariantPolicy(List.of());

    /** What a line says of its id. */
    public enum Verb {
        /** It may be used; as soon as one line allows anything, what no line allows may not. */
        ALLOW,
        /** It may not be used. */
        DENY,
        /** Among equals it is the better; earlier lines before later ones. */
        PREFER,
        /** It is forced, unless the user forces another. */
        USE
    }

    /**
     * A line.
     *
     * @param verb what it says
     * @param id of a variant or layer
     * @param device which devices it is about: a PCI address, or the fields of an alias as {@code MatchRule} writes them
     *     ({@code v000015B3d0000101Esv*sd*bc*sc*i*}); empty for all
     * @param place where it stands, for explanations: a file and the line's number
     */
    public record Line(Verb verb, String id, String device, String place) {
        /** Refuses null. */
        public Line {
            Objects.requireNonNull(verb, "verb");
            Objects.requireNonNull(id, "id");
            Objects.requireNonNull(device, "device");
            Objects.requireNonNull(place, "place");
        }
    }

    /** Copies the list. */
    public VariantPolicy {
        lines = List.copyOf(lines);
    }

    /** Nothing is laid down. */
    public static VariantPolicy empty() {
        return EMPTY;
    }
}
