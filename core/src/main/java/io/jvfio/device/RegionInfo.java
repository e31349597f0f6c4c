// SPDX-License-Identifier: Apache-2.0
package io.jvfio.device;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a region ({@code struct vfio_region_info}).
 *
 * <p>Threads: immutable.
 *
 * @param index the region's index
 * @param flags {@code VFIO_REGION_INFO_FLAG_*}
 * @param size bytes; 0 if the region does not exist
 * @param mmapAreas the parts that can be mapped; all of the region, or its sparse areas, or none
 * @param type the type of a device-specific region, or null for one of the bus's own
 * @param msixMappable whether the page of the MSI-X table may be mapped too
 * @param capabilities the info chain as it came
 */
public record RegionInfo(
        int index,
        int flags,
        long size,
        List<RegionArea> mmapAreas,
        @Nullable RegionType type,
        boolean msixMappable,
        List<InfoCapability> capabilities) {

    /** Copies the lists. */
    public RegionInfo {
        mmapAreas = List.copyOf(mmapAreas);
        capabilities = List.copyOf(capabilities);
    }

    /** Whether there is anything to access. */
    public boolean exists() {
        return size != 0;
    }

    /** Whether reads are allowed. */
    public boolean readable() {
        return (flags & VfioPci.VFIO_REGION_INFO_FLAG_READ) != 0;
    }

    /** Whether writes are allowed. */
    public boolean writable() {
        return (flags & VfioPci.VFIO_REGION_INFO_FLAG_WRITE) != 0;
    }
}
