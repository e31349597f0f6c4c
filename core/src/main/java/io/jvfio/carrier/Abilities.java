// SPDX-License-Identifier: Apache-2.0
package io.jvfio.carrier;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The abilities of a device or an address space by their types: what stands behind {@code ability}. The same object is
 * found each time.
 *
 * <p>Threads: immutable.
 */
public final class Abilities {
    private static final Abilities NONE = new Abilities(Map.of());

    private final Map<Class<?>, Object> byType;

    private Abilities(Map<Class<?>, Object> byType) {
        this.byType = Map.copyOf(byType);
    }

    /** No ability. */
    public static Abilities none() {
        return NONE;
    }

    /**
     * These and one more.
     *
     * @param type the type by which it is found, and no other
     * @throws IllegalArgumentException if there is one of this type
     */
    public <T> Abilities with(Class<T> type, T ability) {
        Map<Class<?>, Object> more = new HashMap<>(byType);
        if (more.put(type, Objects.requireNonNull(ability, "ability")) != null) {
            throw new IllegalArgumentException("two abilities of the type " + type.getName());
        }
        return new Abilities(more);
    }

    /** The ability of exactly this type. */
    public <T> Optional<T> find(Class<T> type) {
        return Optional.ofNullable(type.cast(byType.get(Objects.requireNonNull(type, "type"))));
    }
}
