// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host;

import java.util.List;
import java.util.Objects;

/**
 * The host's memory, as far as DMA depends on it.
 *
 * <p>Threads: immutable; as it was when it was read.
 *
 * @param locking what this process may lock
 * @param hugePages the sizes of huge pages, by size
 * @param nodes the NUMA nodes, by number; empty if the kernel has no NUMA
 */
public record HostMemory(Locking locking, List<HugePages> hugePages, List<NumaNode> nodes) {

    /** Copies the lists. */
    public HostMemory {
        Objects.requireNonNull(locking, "locking");
        hugePages = List.copyOf(hugePages);
        nodes = List.copyOf(nodes);
    }

    /**
     * The limit on locked memory: what is mapped for DMA counts against it.
     *
     * <p>Threads: immutable.
     *
     * @param soft bytes, -1 without a limit
     * @param hard bytes up to which the process may raise the soft limit itself, -1 without a limit
     * @param exempt whether the process has {@code CAP_IPC_LOCK}, so that the limit does not hold for it
     */
    public record Locking(long soft, long hard, boolean exempt) {
        /** How many bytes can be locked, -1 if nothing limits them. */
        public long limit() {
            return exempt ? -1 : soft;
        }
    }

    /**
     * The huge pages of one size.
     *
     * <p>Threads: immutable.
     *
     * @param size bytes of a page
     * @param total how many there are
     * @param free how many of them are free
     */
    public record HugePages(long size, long total, long free) {}

    /**
     * A NUMA node.
     *
     * <p>Threads: immutable.
     *
     * @param number the node's number
     * @param cpus its processors, as the kernel writes lists: {@code 0-7,16-23}
     * @param total bytes of memory, -1 if unknown
     * @param free bytes of free memory, -1 if unknown
     * @param hugePages its share of the huge pages
     */
    public record NumaNode(int number, String cpus, long total, long free, List<HugePages> hugePages) {
        /** Copies the list. */
        public NumaNode {
            Objects.requireNonNull(cpus, "cpus");
            hugePages = List.copyOf(hugePages);
        }
    }
}
