// SPDX-License-Identifier: Apache-2.0
package io.jvfio.device;

import io.jvfio.Hex;

/**
 * A part of a region, for example one that can be mapped ({@code struct vfio_region_sparse_mmap_area}).
 *
 * <p>Threads: immutable.
 *
 * @param offset bytes from the region's start, 0 or more
 * @param size bytes, 0 or more; offset plus size does not overflow
 */
public record RegionArea(long offset, long size) {

    /** Checks the bounds. */
    public RegionArea {
        if (offset < 0 || size < 0 || offset + size < 0) {
            throw new IllegalArgumentException(
                    "area at " + Hex.of(offset) + " of size " + Hex.of(size) + " is no part of a region");
        }
    }

    /** The first byte behind the area. */
    public long end() {
        return offset + size;
    }

    /** Whether {@code length} bytes from {@code start} lie inside. */
    public boolean contains(long start, long length) {
        return start >= offset && length >= 0 && length <= end() - start;
    }
}
