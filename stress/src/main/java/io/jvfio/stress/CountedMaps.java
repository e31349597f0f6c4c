// SPDX-License-Identifier: Apache-2.0
package io.jvfio.stress;

import io.jvfio.iommu.Access;
import io.jvfio.iommu.DmaBackend;
import io.jvfio.iommu.DmaMapping;
import io.jvfio.iommu.DmaRegistry;
import io.jvfio.iommu.DmaSource;
import io.jvfio.iommu.IovaRange;
import io.jvfio.iommu.MapRequest;
import java.lang.foreign.Arena;
import java.util.List;

/** A registry with a carrier that counts. Threads: as the registry's; the counts are plain on purpose. */
final class CountedMaps implements DmaBackend {
    static final long PAGE = 0x1000;
    static final String LABEL = "ring";

    private static final List<IovaRange> USABLE = List.of(new IovaRange(0, 0xf_ffff));
    private static final DmaSource MEMORY = new DmaSource.Segment(Arena.global().allocate(PAGE, PAGE));

    final DmaRegistry registry = DmaRegistry.of(DmaRegistry.Settings.defaults("stress"), USABLE, PAGE);

    int maps;
    int unmaps;

    CountedMaps() {
        registry.attach(this, USABLE, PAGE);
    }

    /** Maps the second page of the address space. */
    DmaMapping mapSecondPage() {
        return registry.map(MEMORY, MapRequest.defaults().withIova(PAGE).withLabel(LABEL));
    }

    @Override
    public void map(long iova, DmaSource source, Access access) {
        maps++;
    }

    @Override
    public void unmap(long iova, long length) {
        unmaps++;
    }
}
