// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * On which memory node pages lie: a wish, which the kernel grants if it can.
 *
 * <p>Threads: stateless.
 */
public final class MemoryNodes {
    /** More nodes than any kernel is built for ({@code CONFIG_NODES_SHIFT} is 10 at most). */
    public static final int MOST = 1024;

    private MemoryNodes() {}

    /**
     * Wishes that pages lie on a node; those that are there already move, if nobody else has them. Where the node has no room
     * the kernel takes another, and where the wish is refused pages lie where they are touched first.
     *
     * @param address of the first page
     * @param size bytes, whole pages
     * @param node 0 to 1023
     * @return 0, or {@code -errno}: ENOSYS without NUMA, EINVAL if there is no such node, EPERM where it is forbidden
     */
    public static int prefer(SystemCalls sys, long address, long size, int node) {
        if (node < 0 || node >= MOST) {
            throw new IllegalArgumentException("no memory node: " + node);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mask = arena.allocate(ValueLayout.JAVA_LONG, MOST / Long.SIZE);
            mask.setAtIndex(ValueLayout.JAVA_LONG, node / Long.SIZE, 1L << node % Long.SIZE);
            // The kernel takes one bit less than it is told.
            return sys.mbind(address, size, Abi.MPOL_PREFERRED, mask, MOST + 1L, Abi.MPOL_MF_MOVE);
        }
    }

    /**
     * The node of a page, which is touched by the question if it was not before.
     *
     * @return 0 or more, or {@code -errno}
     */
    public static int of(SystemCalls sys, long address) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment node = arena.allocate(ValueLayout.JAVA_INT);
            int result = sys.getMempolicy(node, address, Abi.MPOL_F_NODE | Abi.MPOL_F_ADDR);
            return result < 0 ? result : node.get(ValueLayout.JAVA_INT, 0);
        }
    }
}
