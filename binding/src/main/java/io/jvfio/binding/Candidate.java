// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import io.jvfio.binding.ModuleAlias.Source;
import io.jvfio.variant.RankKey;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A kernel driver that claims the device.
 *
 * <p>Threads: immutable.
 *
 * @param module its module, as the alias names it
 * @param driver the driver's own name; null until the module is loaded
 * @param pattern the alias
 * @param source where the alias is listed
 * @param key how closely the alias describes the device
 * @param preference its place in the site's list of preferred modules, from 0; {@link Integer#MAX_VALUE} if it has none
 * @param facts whether the module can be had
 */
public record Candidate(
        String module,
        @Nullable String driver,
        String pattern,
        Source source,
        RankKey key,
        int preference,
        ModuleFacts facts) {
    /** Refuses null. */
    public Candidate {
        Objects.requireNonNull(module, "module");
        Objects.requireNonNull(pattern, "pattern");
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(facts, "facts");
    }

    /** Whether it can be bound. */
    public boolean feasible() {
        return facts.state().feasible();
    }

    /** Whether another one claims the device in the same words, and no preference tells them apart. */
    boolean ties(Candidate other) {
        return key.equals(other.key) && preference == other.preference;
    }

    /** Whether it is the same driver by another alias. */
    boolean sameModule(Candidate other) {
        return Names.fold(module).equals(Names.fold(other.module));
    }
}
