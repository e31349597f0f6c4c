// SPDX-License-Identifier: Apache-2.0
package io.jvfio.device;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What a device is made of above its carrier: the ids of the layers and of the variant that are on it, in this process
 * or in those that serve it to this one. It is an ability of a device with such storeys; by it none is put on twice.
 *
 * <p>Threads: immutable.
 *
 * @param ids from the lowest up
 */
public record Storeys(List<String> ids) {
    /** Copies the list. */
    public Storeys {
        ids = List.copyOf(ids);
    }

    /** The storeys of a device; none if it does not say. */
    public static Storeys of(VfioDevice device) {
        return device.ability(Storeys.class).orElseGet(() -> new Storeys(List.of()));
    }

    /** These and one more on top. */
    public Storeys with(String id) {
        List<String> more = new ArrayList<>(ids);
        more.add(Objects.requireNonNull(id, "id"));
        return new Storeys(more);
    }
}
