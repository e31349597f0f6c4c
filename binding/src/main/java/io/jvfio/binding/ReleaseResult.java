// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import io.jvfio.binding.BindResult.Change;
import java.util.List;

/**
 * What giving back came to.
 *
 * <p>Threads: immutable.
 *
 * @param changes what was given back; empty if no VFIO driver had it
 * @param notes what else was done or is left to do, for people
 */
public record ReleaseResult(List<Change> changes, List<String> notes) {
    /** Copies the lists. */
    public ReleaseResult {
        changes = List.copyOf(changes);
        notes = List.copyOf(notes);
    }
}
