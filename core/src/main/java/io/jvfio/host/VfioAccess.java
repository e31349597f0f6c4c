// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
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
 * @param closed the nodes that this process cannot open: for each way that the kernel offers, the device's own or its
 *     group's first, then the one that all devices share
 * @param obstacle what is in the way of opening it now
 * @param reason the obstacle in one line for people, with the way out; empty if there is none
 */
public record VfioAccess(
        @Nullable Path cdev,
        @Nullable Path groupNode,
        boolean noIommu,
        List<ClosedNode> closed,
        Obstacle obstacle,
        String reason) {

    /** The interfaces that Linux has for VFIO devices. Threads: immutable. */
    public enum Way {
        /** The device's own node and {@code /dev/iommu}. */
        IOMMUFD,
        /** The group's node and {@code /dev/vfio/vfio}. */
        GROUP
    }

    /** What keeps a device from being opened. Threads: immutable. */
    public enum Obstacle {
        /** Nothing that could be seen. */
        NONE,
        /** It is a bridge: VFIO takes endpoints only. */
        BRIDGE,
        /** No kernel driver is bound to it. */
        NO_DRIVER,
        /** A kernel driver that offers no VFIO is bound to it. */
        OTHER_DRIVER,
        /** Another device of its group has such a driver. */
        GROUP_NOT_VIABLE,
        /** A node is missing. */
        NO_NODE,
        /** This process may not open a node. */
        NO_PERMISSION
    }

    /**
     * A node that cannot be opened.
     *
     * <p>Threads: immutable.
     *
     * @param way what it is needed for
     * @param node where it is, or would be
     * @param obstacle {@link Obstacle#NO_NODE} or {@link Obstacle#NO_PERMISSION}
     */
    public record ClosedNode(Way way, Path node, Obstacle obstacle) {
        /** Refuses null. */
        public ClosedNode {
            Objects.requireNonNull(way, "way");
            Objects.requireNonNull(node, "node");
            Objects.requireNonNull(obstacle, "obstacle");
        }
    }

    /** Copies the list. */
    public VfioAccess {
        Objects.requireNonNull(obstacle, "obstacle");
        Objects.requireNonNull(reason, "reason");
        closed = List.copyOf(closed);
    }

    /** Not bound to a VFIO driver. */
    static VfioAccess unbound(Obstacle obstacle, String reason) {
        return new VfioAccess(null, null, false, List.of(), obstacle, reason);
    }

    /** The ways in which this process could open it now, the best first; empty if there is none. */
    public List<Way> ways() {
        return obstacle == Obstacle.GROUP_NOT_VIABLE
                ? List.of()
                : Stream.of(Way.values()).filter(this::nodesOpenable).toList();
    }

    /** Whether this process can open the nodes that a way takes, whatever its group says to that. */
    private boolean nodesOpenable(Way way) {
        return (way == Way.IOMMUFD ? cdev : groupNode) != null
                && closed.stream().noneMatch(node -> node.way() == way);
    }

    /** Whether this process could open it now. */
    public boolean openable() {
        return !ways().isEmpty();
    }

    /** Whether a VFIO driver is bound to it. */
    public boolean bound() {
        return cdev != null || groupNode != null;
    }
}
