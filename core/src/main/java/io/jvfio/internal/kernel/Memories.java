// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.kernel;

import io.jvfio.iommu.DmaSource;
import java.lang.foreign.MemorySegment;

/** What the kernel can map of the sources there are. Threads: stateless. */
final class Memories {
    private Memories() {}

    /**
     * The memory of this process behind a source.
     *
     * @param carrier who cannot take anything else, for the error
     */
    static MemorySegment local(DmaSource source, String carrier) {
        MemorySegment memory = source.local();
        if (memory == null) {
            throw new IllegalArgumentException(carrier + " cannot map remote memory: it maps this process's pages");
        }
        return memory;
    }
}
