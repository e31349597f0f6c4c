// SPDX-License-Identifier: Apache-2.0
package com.example.carrier;

import io.jvfio.carrier.RegistrySpace;
import io.jvfio.iommu.DmaRegistry;

/**
 * What devices of memory could reach if they moved any: maps are kept and nobody is told of them.
 *
 * <p>Threads: thread-safe.
 */
final class MemorySpace extends RegistrySpace {
    private static final String NAME = "address space of memory devices";
    private static final long PAGE_SIZES = 1 << 12;

    MemorySpace() {
        super(DmaRegistry.of(DmaRegistry.Settings.defaults(NAME), DmaRegistry.usableBeforeJoin(), PAGE_SIZES));
    }

    /** A device comes in. */
    void join() {
        entering();
    }

    /** A device goes. */
    void leave() {
        left();
    }

    @Override
    public String description() {
        return NAME;
    }
}
