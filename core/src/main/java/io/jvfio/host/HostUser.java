// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host;

import java.util.List;
import java.util.Objects;

/**
 * A user of a host, as far as permissions of files depend on it.
 *
 * <p>Threads: immutable; as it was when it was read.
 *
 * @param name the name, or the number of a user that the host has no name for
 * @param uid the number
 * @param groups the numbers of the groups that a login gives the user, the primary one among them
 */
public record HostUser(String name, long uid, List<Long> groups) {
    /** Copies the list. */
    public HostUser {
        Objects.requireNonNull(name, "name");
        groups = List.copyOf(groups);
    }

    /** Whether permissions of files do not hold for it. */
    boolean root() {
        return uid == 0;
    }
}
