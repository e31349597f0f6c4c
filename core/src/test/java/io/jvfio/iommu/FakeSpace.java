// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

import java.util.List;

/** An address space over a registry, with limits that a test sets. */
final class FakeSpace implements AddressSpace {
    private final DmaRegistry registry;
    private final boolean translated;
    private volatile Limits limits = new Limits(0x1000, -1, -1, -1);

    FakeSpace(DmaRegistry registry, boolean translated) {
        this.registry = registry;
        this.translated = translated;
    }

    void limits(Limits next) {
        limits = next;
    }

    @Override
    public DmaMapping map(DmaSource source, MapRequest request) {
        return registry.map(source, request);
    }

    @Override
    public DmaMappings mappings() {
        return registry.mappings();
    }

    @Override
    public List<IovaRange> usable() {
        return registry.usable();
    }

    @Override
    public Limits limits() {
        return limits;
    }

    @Override
    public boolean coherent() {
        return true;
    }

    @Override
    public boolean translated() {
        return translated;
    }

    @Override
    public String description() {
        return "fake";
    }

    @Override
    public void close() {
        registry.close();
    }
}
