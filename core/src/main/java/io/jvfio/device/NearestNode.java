// SPDX-License-Identifier: Apache-2.0
package io.jvfio.device;

/**
 * The memory node that is nearest to a device, an ability of devices whose carrier knows it: the kernel's, on a machine that
 * has told it. DMA memory is taken from there unless the driver asks for another.
 *
 * <p>Threads: immutable.
 *
 * @param number of the node, 0 or more, as {@code numa_node} in sysfs has it
 */
public record NearestNode(int number) {
    /** Refuses what is no node. */
    public NearestNode {
        if (number < 0) {
            throw new IllegalArgumentException("no memory node: " + number);
        }
    }

    /** The number of the node that is nearest to a device, or -1 if its carrier does not know. */
    public static int near(VfioDevice device) {
        return device.ability(NearestNode.class).map(NearestNode::number).orElse(-1);
    }
}
