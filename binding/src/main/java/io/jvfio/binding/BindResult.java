// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import io.jvfio.PciAddress;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What binding came to.
 *
 * <p>Threads: immutable.
 *
 * @param explanation the choice for the function that was asked for
 * @param changes what was changed; empty if it had its driver already
 * @param notes what else is worth knowing
 * @param warning why the function cannot be opened yet; empty if it can
 */
public record BindResult(
        Explanation explanation, List<Change> changes, List<String> notes, Optional<BindingProblem> warning) {

    /**
     * A function that has another kernel driver now.
     *
     * <p>Threads: immutable.
     *
     * @param address the function
     * @param from what it had; empty for none
     * @param to what it has; empty for none
     */
    public record Change(PciAddress address, String from, String to) {
        /** Refuses null. */
        public Change {
            Objects.requireNonNull(address, "address");
            Objects.requireNonNull(from, "from");
            Objects.requireNonNull(to, "to");
        }

        /** A change that is done. */
        static Change of(Journal journal, @Nullable String now) {
            return new Change(journal.address(), Names.orEmpty(journal.before().driver()), Names.orEmpty(now));
        }
    }

    /** Copies the lists. */
    public BindResult {
        Objects.requireNonNull(explanation, "explanation");
        Objects.requireNonNull(warning, "warning");
        changes = List.copyOf(changes);
        notes = List.copyOf(notes);
    }
}
