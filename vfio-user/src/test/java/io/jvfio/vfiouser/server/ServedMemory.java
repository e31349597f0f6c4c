// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.server;

import io.jvfio.carrier.RegistrySpace;
import io.jvfio.iommu.DmaRegistry;
import io.jvfio.iommu.IovaRange;
import io.jvfio.iommu.Limits;
import java.util.List;

/** The address space of {@link ServedFixture}: what is mapped is only recorded. */
final class ServedMemory extends RegistrySpace {
    private static final long PAGES = 1L << 12 | 1L << 21;

    ServedMemory() {
        super(DmaRegistry.of(
                DmaRegistry.Settings.defaults("the space of the served device"),
                List.of(new IovaRange(0, 0xffff_ffff_ffffL)),
                PAGES));
    }

    @Override
    public Limits limits() {
        return new Limits(PAGES, -1, -1, -1);
    }

    @Override
    public String description() {
        return "recorded";
    }
}
