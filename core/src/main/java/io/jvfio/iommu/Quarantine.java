// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

import java.util.ArrayList;
import java.util.List;

/**
 * Memory that has been given back but that the device may still write into.
 *
 * <p>Threads: thread-safe.
 */
final class Quarantine {
    private static final System.Logger LOG = System.getLogger("io.jvfio");

    private final List<Allocation> held = new ArrayList<>();

    synchronized void add(Allocation allocation) {
        held.add(allocation);
    }

    synchronized int size() {
        return held.size();
    }

    /** Frees what can be freed now that the device does not write any more; the rest stays. */
    void release() {
        List<Allocation> all;
        synchronized (this) {
            all = List.copyOf(held);
            held.clear();
        }
        for (Allocation allocation : all) {
            try {
                allocation.free();
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.WARNING, () -> allocation + " stays in quarantine", e);
                add(allocation);
            }
        }
    }
}
