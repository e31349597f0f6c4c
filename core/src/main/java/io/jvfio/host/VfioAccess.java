// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a device could be opened, as far as can be told without opening it. Whether it is in use by somebody else, only an
 * attempt can tell.
 *
 * <p>Threads: immutable.
 *
 * @param cdev the device's own node, {@code /dev/vfio/devices/vfio3}, or null if its driver offers no VFIO, or the kernel
 *     is older than 6.1. It is named as the kernel names it, whether it exists here or not
 * @param groupNode the node of its group, {@code /dev/vfio/12}, or null if VFIO does not have the group
 * @param noIommu whether no IOMMU keeps its DMA in check: it can only be opened by a {@code noiommu:} locator
 * @param ways the ways in which this process could open it now, the best first; empty if there is none
 * @param obstacle why it cannot be opened now, in one line; empty if it can
 */
public record VfioAccess(
        @Nullable Path cdev, @Nullable Path groupNode, boolean noIommu, List<Way> ways, String obstacle) {

    /** The interfaces that Linux has for VFIO devices. Threads: immutable. */
    public enum Way {
        /** The device's own node and {@code /dev/iommu}. */
        IOMMUFD,
        /** The group's node and {@code /dev/vfio/vfio}. */
        GROUP
    }

    /** Copies the list. */
    public VfioAccess {
        ways = List.copyOf(ways);
    }

    /** Whether this process could open it now. */
    public boolean openable() {
        return !ways.isEmpty();
    }

    /** Whether a VFIO driver is bound to it. */
    public boolean bound() {
        return cdev != null || groupNode != null;
    }
}
