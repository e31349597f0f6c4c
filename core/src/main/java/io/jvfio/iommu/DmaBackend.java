// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

import io.jvfio.VfioException;

/**
 * What a carrier's address space does on behalf of {@link DmaRegistry}: it tells one kernel object or one peer. The
 * registry chooses the addresses, checks alignment and overlap, and remembers.
 *
 * <p>Threads: thread-safe; calls for different ranges run at the same time.
 */
public interface DmaBackend {

    /**
     * Maps all of {@code source} at {@code iova}, or nothing.
     *
     * @param iova the first address, aligned to the granule
     * @param source what to map; its length is a multiple of the granule, but for {@link DmaSource.Remote}
     * @param access what the device may do
     * @throws VfioException if it is refused; nothing is left mapped
     * @throws IllegalArgumentException if this carrier cannot take such a source
     */
    void map(long iova, DmaSource source, Access access);

    /**
     * Unmaps what one {@link #map} made. When it returns no device reaches the memory through this backend.
     *
     * @param iova the first address of that map
     * @param length the length of that map, all of it
     * @throws VfioException if it is refused, or if another length was unmapped than was asked for; then the memory
     *     counts as still mapped
     */
    void unmap(long iova, long length);
}
