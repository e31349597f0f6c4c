// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx;

import io.jvfio.vendor.mlx.spec.EventType;

/**
 * An event that a function told.
 *
 * <p>Threads: immutable.
 *
 * @param type see {@link EventType}
 * @param subtype of some types
 * @param number what it is about: a queue, a port, a number of pages
 */
public record MlxEvent(int type, int subtype, int number) {
    /** {@code PORT_CHANGE 4 of 1}. */
    @Override
    public String toString() {
        return EventType.text(type) + " " + subtype + " of " + number;
    }
}
