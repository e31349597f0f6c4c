// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme;

import io.jvfio.driver.nvme.queue.Doorbell;
import io.jvfio.iommu.Dma;
import io.jvfio.iommu.DmaBuffer;
import io.jvfio.iommu.DmaOptions;

/**
 * The two pages of shadow doorbells (5.7 of the specification).
 *
 * <p>Threads: one at a time.
 */
final class ShadowDoorbells implements AutoCloseable {
    private final DmaBuffer buffer;
    private final int pageSize;
    private final Doorbell.Shadow shadow;

    ShadowDoorbells(Dma dma, int pageSize) {
        this.pageSize = pageSize;
        this.buffer = dma.allocate(
                2L * pageSize, DmaOptions.defaults().withAlignment(pageSize).withLabel("nvme shadow doorbells"));
        this.shadow = new Doorbell.Shadow(
                buffer.memory().asSlice(0, pageSize), buffer.memory().asSlice(pageSize, pageSize));
    }

    Doorbell.Shadow shadow() {
        return shadow;
    }

    /** Tells a controller that was just started. */
    void configure(AdminCommands admin) {
        shadow.clear();
        admin.shadowDoorbells(buffer.deviceAddress(0), buffer.deviceAddress(pageSize));
    }

    @Override
    public void close() {
        buffer.close();
    }
}
