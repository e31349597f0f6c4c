// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci;

import io.jvfio.iommu.Access;
import io.jvfio.iommu.AddressSpace;
import io.jvfio.iommu.DmaBackend;
import io.jvfio.iommu.DmaMapping;
import io.jvfio.iommu.DmaMappings;
import io.jvfio.iommu.DmaRegistry;
import io.jvfio.iommu.DmaSource;
import io.jvfio.iommu.IovaRange;
import io.jvfio.iommu.Limits;
import io.jvfio.iommu.MapRequest;
import java.util.List;

/** An address space that writes its maps and unmaps into a device's log. */
final class FakeSpace implements AddressSpace {
    private final DmaRegistry registry;

    /** Whether it plays an IOMMU; if not, closed buffers wait for a reset. */
    volatile boolean translated = true;

    FakeSpace(List<String> log) {
        registry = DmaRegistry.of(
                DmaRegistry.Settings.defaults("fake space"), DmaRegistry.usableBeforeJoin(), FakeDevice.PAGE);
        DmaBackend backend = new DmaBackend() {
            @Override
            public void map(long iova, DmaSource source, Access access) {
                log.add("dma map");
            }

            @Override
            public void unmap(long iova, long length) {
                log.add("dma unmap");
            }
        };
        registry.attach(backend, DmaRegistry.usableBeforeJoin(), FakeDevice.PAGE);
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
        return new Limits(FakeDevice.PAGE, -1, -1, -1);
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
