// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.u64;

/**
 * {@code struct vfio_region_sparse_mmap_area} of {@code include/uapi/linux/vfio.h}, since Linux 4.6: a part of a
 * region that can be mapped.
 *
 * <p>Threads: immutable.
 *
 * @param offset from the start of the region, in bytes, unsigned
 * @param size in bytes, unsigned
 */
public record VfioRegionSparseMmapArea(long offset, long size) {
    /** The C struct. */
    public static final Struct<VfioRegionSparseMmapArea> STRUCT =
            Struct.of(VfioRegionSparseMmapArea.class, u64("offset", "size"));
}
