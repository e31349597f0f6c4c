// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.server;

import io.jvfio.iommu.AddressSpace;
import io.jvfio.iommu.DmaMapping;
import io.jvfio.iommu.DmaMappings;
import io.jvfio.iommu.DmaRegistry;
import io.jvfio.iommu.DmaSource;
import io.jvfio.iommu.IovaRange;
import io.jvfio.iommu.Limits;
import io.jvfio.iommu.MapRequest;
import java.util.List;

/** The address space of {@link ServedFixture}: what is mapped is only recorded. */
final class ServedMemory implements AddressSpace {
    private static final long PAGES = 1L << 12 | 1L << 21;

    final DmaRegistry registry = DmaRegistry.of(
            DmaRegistry.Settings.defaults("the space of the served device"),
            List.of(new IovaRange(0, 0xffff_ffff_ffffL)),
            PAGES);

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
        return new Limits(PAGES, -1, -1, -1);
    }

    @Override
    public boolean coherent() {
        return true;
    }

    @Override
    public String description() {
        return "recorded";
    }

    @Override
    public void close() {
        registry.close();
    }
}
