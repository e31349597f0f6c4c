// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

import io.jvfio.VfioException;
import java.util.List;

/**
 * The counterpart of {@link DmaBackend} without an IOMMU: addresses are not chosen but found after the memory has been
 * pinned, and a map is as many runs as its memory has contiguous parts.
 *
 * <p>Threads: thread-safe; calls for different memory run at the same time.
 */
public interface PhysicalDmaBackend {

    /**
     * Pins the memory and finds its addresses, or does nothing.
     *
     * @return the contiguous runs in the order of the source's bytes; their lengths add up to the source's length
     * @throws VfioException if it is refused; nothing is left pinned
     * @throws IllegalArgumentException if this carrier cannot take such a source
     */
    List<IovaRange> map(DmaSource source, Access access);

    /**
     * Ends the pinning. The device may still reach the memory: nothing stops it without an IOMMU.
     *
     * @param source the source of one {@link #map}
     * @param runs what that call returned
     * @throws VfioException if it is refused; the memory counts as still pinned
     */
    void unmap(DmaSource source, List<IovaRange> runs);
}
