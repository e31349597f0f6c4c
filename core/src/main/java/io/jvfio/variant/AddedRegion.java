// SPDX-License-Identifier: Apache-2.0
package io.jvfio.variant;

import io.jvfio.device.InfoCapability;
import io.jvfio.device.RegionInfo;
import io.jvfio.device.RegionType;
import io.jvfio.device.VfioPci;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A region that a device does not have of itself, found by its type, never by its index.
 *
 * <p>Threads: immutable.
 *
 * @param type what it is
 * @param size bytes, 1 or more
 * @param readable whether reads are allowed
 * @param writable whether writes are allowed
 * @param ops what it does; released with the device
 */
public record AddedRegion(RegionType type, long size, boolean readable, boolean writable, RegionOps ops) {
    /** Checks the size. */
    public AddedRegion {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(ops, "ops");
        if (size < 1) {
            throw new IllegalArgumentException("a region of " + size + " bytes");
        }
    }

    /** What is known of it under an index. */
    RegionInfo info(int index) {
        List<InfoCapability> capabilities = new ArrayList<>(List.of(InfoCapability.type(type)));
        if (!ops.mmapAreas().isEmpty()) {
            capabilities.add(InfoCapability.sparse(ops.mmapAreas()));
        }
        capabilities.addAll(ops.capabilities());
        int flags = (readable ? VfioPci.VFIO_REGION_INFO_FLAG_READ : 0)
                | (writable ? VfioPci.VFIO_REGION_INFO_FLAG_WRITE : 0)
                | (ops.mmapAreas().isEmpty() ? 0 : VfioPci.VFIO_REGION_INFO_FLAG_MMAP)
                | VfioPci.VFIO_REGION_INFO_FLAG_CAPS;
        return new RegionInfo(index, flags, size, ops.mmapAreas(), capabilities);
    }
}
