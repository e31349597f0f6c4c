// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci;

import io.jvfio.carrier.RegistrySpace;
import io.jvfio.iommu.Access;
import io.jvfio.iommu.DmaBackend;
import io.jvfio.iommu.DmaRegistry;
import io.jvfio.iommu.DmaSource;
import io.jvfio.iommu.Limits;
import java.util.List;

/** An address space that writes its maps and unmaps into a device's log. */
final class FakeSpace extends RegistrySpace {
    /** Whether it plays an IOMMU; if not, closed buffers wait for a reset. */
    volatile boolean translated = true;

    FakeSpace(List<String> log) {
        super(DmaRegistry.of(
                DmaRegistry.Settings.defaults("fake space"), DmaRegistry.usableBeforeJoin(), FakeDevice.PAGE));
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
        registry().attach(backend, DmaRegistry.usableBeforeJoin(), FakeDevice.PAGE);
    }

    @Override
    public Limits limits() {
        return new Limits(FakeDevice.PAGE, -1, -1, -1);
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
