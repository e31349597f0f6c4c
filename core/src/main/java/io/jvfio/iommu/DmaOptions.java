// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

import io.jvfio.internal.sys.MemoryNodes;
import java.util.Objects;

/**
 * What memory to make for a buffer or a pool, and where to map it.
 *
 * <p>Threads: immutable.
 *
 * @param request where to map, with which rights, under which name
 * @param pages which pages to use
 * @param backing where the memory comes from
 * @param node the memory node to take it from, {@link #NEAR_DEVICE} or {@link #ANY_NODE}
 */
public record DmaOptions(MapRequest request, Pages pages, Backing backing, int node) {
    /** The node that is nearest to the device, if that is known. */
    public static final int NEAR_DEVICE = -2;

    /** Whichever node the kernel takes: by default that of the processor which touches a page first. */
    public static final int ANY_NODE = -1;

    /** Refuses null, and nodes that no kernel has. */
    public DmaOptions {
        if (node < NEAR_DEVICE || node >= MemoryNodes.MOST) {
            throw new IllegalArgumentException("no memory node: " + node);
        }
        Objects.requireNonNull(request, "request");
        Objects.requireNonNull(pages, "pages");
        Objects.requireNonNull(backing, "backing");
    }

    /** Which pages to use. {@link DmaBuffer#pageSize} tells what came of it. */
    public enum Pages {
        /** Ordinary pages; without an IOMMU 2 MiB pages where there are free ones, since those keep their place. */
        ORDINARY,
        /** Ordinary pages that the kernel joins to huge ones if it can; the size is rounded up to whole huge pages. */
        TRANSPARENT,
        /** Pages of 2 MiB from the system's pool of them, or failure. The size is rounded up to whole pages. */
        HUGE_2M,
        /** Pages of 1 GiB from the system's pool of them, or failure. The size is rounded up to whole pages. */
        HUGE_1G
    }

    /** Where the memory comes from. */
    public enum Backing {
        /** A file in memory: works with every carrier. */
        MEMFD,
        /** Memory of this process alone: a device in another process cannot reach it. */
        ANONYMOUS
    }

    /** Read and write, any address, ordinary pages of a file in memory, no name. */
    public static DmaOptions defaults() {
        return new DmaOptions(MapRequest.defaults(), Pages.ORDINARY, Backing.MEMFD, NEAR_DEVICE);
    }

    /** The same with these pages. */
    public DmaOptions withPages(Pages choice) {
        return new DmaOptions(request, choice, backing, node);
    }

    /** The same with memory from there. */
    public DmaOptions withBacking(Backing choice) {
        return new DmaOptions(request, pages, choice, node);
    }

    /**
     * The same with memory of this node, {@link #NEAR_DEVICE} or {@link #ANY_NODE}. It is a wish: {@link Dma#numaNode} tells
     * what came of it.
     */
    public DmaOptions withNode(int choice) {
        return new DmaOptions(request, pages, backing, choice);
    }

    /** The same with all of this request. */
    public DmaOptions withRequest(MapRequest other) {
        return new DmaOptions(other, pages, backing, node);
    }

    /** The same with other rights of the device. */
    public DmaOptions withAccess(Access rights) {
        return withRequest(request.withAccess(rights));
    }

    /** The same at exactly this address. */
    public DmaOptions withIova(long address) {
        return withRequest(request.withIova(address));
    }

    /** The same with the device's address aligned to a power of two in bytes. */
    public DmaOptions withAlignment(long bytes) {
        return withRequest(request.withAlignment(bytes));
    }

    /** The same with another way to choose the address. */
    public DmaOptions withFit(MapRequest.Fit choice) {
        return withRequest(request.withFit(choice));
    }

    /** The same under a name, which is seen where an address is explained. */
    public DmaOptions withLabel(String name) {
        return withRequest(request.withLabel(name));
    }
}
