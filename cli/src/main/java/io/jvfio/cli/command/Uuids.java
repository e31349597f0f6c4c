// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.command;

import java.util.Optional;
import java.util.UUID;

/** UUIDs as users write them. Threads: stateless. */
public final class Uuids {
    private Uuids() {}

    /** A UUID, or empty if the text is none. */
    public static Optional<UUID> parse(String text) {
        try {
            return Optional.of(UUID.fromString(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
