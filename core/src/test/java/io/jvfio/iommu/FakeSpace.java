// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

import io.jvfio.carrier.RegistrySpace;

/** An address space over a registry, with limits that a test sets. */
final class FakeSpace extends RegistrySpace {
    private final boolean translated;
    private volatile Limits limits = new Limits(0x1000, -1, -1, -1);

    FakeSpace(DmaRegistry registry, boolean translated) {
        super(registry);
        this.translated = translated;
    }

    void limits(Limits next) {
        limits = next;
    }

    @Override
    public Limits limits() {
        return limits;
    }

    @Override
    public boolean translated() {
        return translated;
    }

    @Override
    public String description() {
        return "fake";
    }
}
