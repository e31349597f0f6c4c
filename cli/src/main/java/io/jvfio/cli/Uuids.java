// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli;

import java.util.Optional;
import java.util.UUID;

/** UUIDs as users write them. Threads: stateless. */
final class Uuids {
    private Uuids() {}

    /** A UUID, or empty if the text is none. */
    static Optional<UUID> parse(String text) {
        try {
            return Optional.of(UUID.fromString(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
